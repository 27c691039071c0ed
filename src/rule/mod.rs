//! Rule files (TOML) to compiled rules and one matcher.
