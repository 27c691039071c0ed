//! What is published already: fetched, and checked as what is about to be.

pub mod lockfile;
