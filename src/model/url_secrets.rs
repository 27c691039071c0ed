//! Addresses in a text, without what they may hold of a secret.

/// `text` with user and password of every URL left out, and its query: they may hold a token.
pub fn without_secrets_in_urls(text: &str) -> String {
    let mut open = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        open.push_str(before);
        open.push_str("://");
        let ends = |character: char| character.is_whitespace() || "\"'`<>".contains(character);
        let (url, behind) = after.split_at(after.find(ends).unwrap_or(after.len()));
        let path = url.find(['/', '?', '#']).unwrap_or(url.len());
        let host = url[..path].rfind('@').map_or(0, |at| at + 1);
        let query = url.find('?').unwrap_or(url.len());
        if host > 0 {
            open.push_str("…@");
        }
        // The text may have been cut before the host: then name and password are all there is.
        let is_cut = host == 0 && path == after.len() && !is_host(url);
        open.push_str(if is_cut { "…" } else { &url[host..query] });
        if query < url.len() {
            open.push_str("?…");
        }
        rest = behind;
    }
    open + rest
}

/// Whether what follows a colon is the number of a port, or part of an address in brackets.
fn is_host(authority: &str) -> bool {
    let port = authority.rsplit_once(':').map_or("", |(_, port)| port);
    authority.starts_with('[') || port.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_url_may_hold_of_a_secret_is_left_out() {
        let secret = ["hunter", "22"].concat();
        for (text, shown) in [
            (
                format!("http://me:{secret}@reg.corp:80/a@b?token={secret}#x"),
                "http://…@reg.corp:80/a@b?…",
            ),
            (
                format!("git+ssh://{secret}@h 'https://h/@s/a' http://a:{secret}@b@c/"),
                "git+ssh://…@h 'https://h/@s/a' http://…@c/",
            ),
            (format!("://?{secret}"), "://?…"),
            ("file:../a\n@b".to_owned(), "file:../a\n@b"),
            (format!("at https://me:{secret}"), "at https://…"),
            (
                "http://h:80 http://[::1]".to_owned(),
                "http://h:80 http://[::1]",
            ),
            ("https://reg.corp:4873".to_owned(), "https://reg.corp:4873"),
        ] {
            assert_eq!(without_secrets_in_urls(&text), shown);
        }
    }
}
