//! Passwords that nobody means: words of documentation put together, and what is typed when something must be.

/// Words of which made-up passwords consist, sorted.
const WORDS: &[&str] = &[
    "a",
    "abc",
    "access",
    "acme",
    "admin",
    "administrator",
    "an",
    "anonymous",
    "any",
    "api",
    "app",
    "application",
    "auth",
    "bar",
    "basic",
    "baz",
    "bearer",
    "bob",
    "alice",
    "change",
    "changeit",
    "changeme",
    "client",
    "code",
    "config",
    "correct",
    "cred",
    "credential",
    "credentials",
    "custom",
    "data",
    "database",
    "db",
    "default",
    "demo",
    "dev",
    "development",
    "dummy",
    "email",
    "enter",
    "env",
    "example",
    "fake",
    "foo",
    "foobar",
    "generated",
    "goes",
    "guest",
    "hello",
    "here",
    "hidden",
    "hunter",
    "id",
    "insert",
    "invalid",
    "is",
    "it",
    "jane",
    "joe",
    "john",
    "jwt",
    "key",
    "keyboard",
    "cat",
    "letmein",
    "local",
    "localhost",
    "login",
    "long",
    "me",
    "mock",
    "mongo",
    "mongodb",
    "my",
    "mysql",
    "name",
    "new",
    "none",
    "not",
    "null",
    "of",
    "old",
    "oracle",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "phrase",
    "placeholder",
    "please",
    "postgres",
    "postgresql",
    "private",
    "prod",
    "production",
    "pswd",
    "public",
    "pw",
    "pwd",
    "qux",
    "qwerty",
    "rabbitmq",
    "random",
    "real",
    "redacted",
    "redis",
    "refresh",
    "replace",
    "root",
    "sa",
    "sample",
    "scott",
    "secret",
    "secrets",
    "secure",
    "server",
    "service",
    "session",
    "set",
    "shared",
    "should",
    "some",
    "something",
    "string",
    "strong",
    "super",
    "system",
    "temp",
    "template",
    "test",
    "tester",
    "testing",
    "text",
    "the",
    "this",
    "tiger",
    "to",
    "todo",
    "token",
    "tokens",
    "top",
    "true",
    "false",
    "undefined",
    "unknown",
    "unused",
    "use",
    "used",
    "user",
    "username",
    "value",
    "very",
    "welcome",
    "with",
    "word",
    "world",
    "wrong",
    "xyz",
    "you",
    "your",
    "yours",
];
/// Nobody writes more words than that where a password should be.
const LONGEST: usize = 64;

/// Whether `value` consists of such words, whatever their case and whatever digits and signs stand between them, or
/// of digits that are as good as none.
pub(super) fn is_commonplace(value: &[u8]) -> bool {
    if value.len() > LONGEST {
        return false;
    }
    let lower = value.to_ascii_lowercase();
    [false, true].into_iter().any(|spelled| {
        let letters = lower
            .iter()
            .map(|byte| if spelled { letter_for(*byte) } else { *byte });
        let letters: Vec<u8> = letters.filter(u8::is_ascii_lowercase).collect();
        let others = lower.len() - letters.len();
        // Of a random value more than that remains.
        others <= 4.max(letters.len()) && consists_of_words(&letters)
    })
}

/// The letter that a digit or sign is typed for: `p@ssw0rd`.
fn letter_for(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        other => other,
    }
}

fn consists_of_words(letters: &[u8]) -> bool {
    // Whether what stands before an index consists of words.
    let mut reached = vec![false; letters.len() + 1];
    reached[0] = true;
    for start in 0..letters.len() {
        if !reached[start] {
            continue;
        }
        for word in WORDS {
            if letters[start..].starts_with(word.as_bytes()) {
                reached[start + word.len()] = true;
            }
        }
    }
    reached[letters.len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn made_up_passwords_are_commonplace() {
        for value in [
            "password",
            "Password123!",
            "p@ssw0rd",
            "my-secret-key",
            "YOUR_API_KEY",
            "changeme",
            "hunter2",
            "1234",
            "root",
            "supersecret",
            "s3cr3t",
            "keyboard cat",
            "this-is-not-a-real-token",
            "",
            "****",
            "testtest1",
        ] {
            assert!(is_commonplace(value.as_bytes()), "{value}");
        }
        for value in [
            "q8Vz0Lw2",
            "correcthorsebatterystaple",
            "Tr0ub4dor&3",
            "20190304198273645",
        ] {
            assert!(!is_commonplace(value.as_bytes()), "{value}");
        }
    }

    proptest! {
        #[test]
        fn a_random_value_is_not_commonplace(base62 in "[0-9A-Za-z]{16,60}", hex in "[0-9a-f]{16,64}") {
            prop_assert!(!is_commonplace(base62.as_bytes()), "{}", base62);
            prop_assert!(!is_commonplace(hex.as_bytes()), "{}", hex);
        }
    }
}
