//! Secrets that are in use on the machine that runs the check.

use zeroize::Zeroizing;

/// One secret that must not be in an artifact, or in anything that we put out.
///
/// `Debug` leaves the value out, and its memory is overwritten when it is no longer needed.
#[derive(Clone, PartialEq, Eq)]
pub struct LiveSecret {
    /// Where it is from, as people say it: "the value of `$NPM_TOKEN`".
    pub source: String,
    /// The text to look for: all of the secret, or of a long one a part that is in nothing else.
    pub value: Zeroizing<String>,
}

impl std::fmt::Debug for LiveSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "LiveSecret({})", self.source)
    }
}

/// What is known of the secrets of this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LiveSecrets {
    /// Each once.
    pub secrets: Vec<LiveSecret>,
    /// Files that may hold further ones and can't be read, each with the reason. They stop no publish, but
    /// nobody shall think that they were looked at.
    pub unread: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_where_a_secret_is_from_and_no_more() {
        let secret = LiveSecret {
            source: "the value of `$A_TOKEN`".to_owned(),
            value: Zeroizing::new(["correct", "horse"].concat()),
        };
        assert_eq!(format!("{secret:?}"), "LiveSecret(the value of `$A_TOKEN`)");
    }
}
