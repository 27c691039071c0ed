//! A text with room for so many bytes: what reads it turns down what is longer.

/// A text that takes pieces whole, in order, until one does not fit.
pub(super) struct Bounded {
    text: String,
    most: usize,
    left_out: usize,
}

impl Bounded {
    pub(super) fn new(most: usize) -> Self {
        Self {
            text: String::new(),
            most,
            left_out: 0,
        }
    }

    /// Adds a piece, or counts it as left out. After one that does not fit none is taken: a note must not
    /// stand where a denied finding had no room.
    pub(super) fn push(&mut self, piece: &str) {
        if self.left_out > 0 || self.text.len() + piece.len() > self.most {
            self.left_out += 1;
        } else {
            self.text.push_str(piece);
        }
    }

    /// The text, and how many pieces were left out.
    pub(super) fn into_parts(self) -> (String, usize) {
        (self.text, self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_follows_what_had_no_room() {
        let mut bounded = Bounded::new(4);
        for piece in ["ab", "cde", "f"] {
            bounded.push(piece);
        }
        assert_eq!(bounded.into_parts(), ("ab".to_owned(), 2));
    }
}
