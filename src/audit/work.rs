//! Work that several threads share, and that makes further work.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// Tasks that wait, and how many are not done yet.
pub(super) struct Work<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T> {
    waiting: VecDeque<T>,
    /// Those that wait, and those that somebody works on.
    open: usize,
    stopped: bool,
}

impl<T> Work<T> {
    pub(super) fn new(tasks: impl IntoIterator<Item = T>) -> Self {
        let waiting: VecDeque<T> = tasks.into_iter().collect();
        Self {
            state: Mutex::new(State {
                open: waiting.len(),
                waiting,
                stopped: false,
            }),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next task; none once all are done. Waits where those that others work on may make more.
    pub(super) fn next(&self) -> Option<T> {
        let mut state = self.state();
        loop {
            if state.stopped || state.open == 0 {
                return None;
            }
            if let Some(task) = state.waiting.pop_front() {
                return Some(task);
            }
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Says that a task is done, and which others it has made. They come before those that wait: what was
    /// begun is finished first.
    pub(super) fn done(&self, made: Vec<T>) {
        let mut state = self.state();
        state.open = state.open + made.len() - 1;
        for task in made.into_iter().rev() {
            state.waiting.push_front(task);
        }
        self.changed.notify_all();
    }

    /// Lets nobody begin anything more.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.changed.notify_all();
    }
}

/// Stops the others if the thread that holds it dies: they would wait for what it does not end.
pub(super) struct Watch<'w, T>(pub(super) &'w Work<T>);

impl<T> Drop for Watch<'_, T> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.stop();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Mutex, thread};

    use super::*;

    #[test]
    fn every_task_is_done_once_by_whoever_comes_first() {
        let (work, seen) = (Work::new([3_u32, 2]), Mutex::new(Vec::new()));
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(task) = work.next() {
                        seen.lock().unwrap().push(task);
                        work.done((0..task).collect());
                    }
                });
            }
        });
        let mut seen = seen.into_inner().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3]);
    }

    #[test]
    fn nothing_is_begun_after_a_stop() {
        let work = Work::new([1]);
        work.stop();
        assert_eq!(work.next(), None);
        assert_eq!(Work::<u8>::new([]).next(), None);
    }
}
