//! A server on 127.0.0.1 that answers with whatever bytes a test wants, right or broken.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

/// What a client has asked.
pub(crate) struct Asked {
    pub(crate) path: String,
    /// The lines of its header, the names in lower case.
    header: Vec<(String, String)>,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.header.iter();
        let line = lines.find(|(known, _)| known == name)?;
        Some(&line.1)
    }
}

/// Starts a server, and says where it is. Each connection has one answer.
pub(crate) fn serve(answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let answer = answer.clone();
            // A client may go away before it is answered.
            thread::spawn(move || serve_one(&stream.unwrap(), &*answer));
        }
    });
    url
}

/// A server that takes connections and says nothing, for as long as the result is kept.
pub(crate) fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// Where nobody listens.
pub(crate) fn nobody() -> String {
    silent().1
}

/// A whole answer.
pub(crate) fn answer(status: &str, kind: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        content.len()
    );
    [head.as_bytes(), content].concat()
}

/// An answer that ends before it is whole.
pub(crate) fn truncated(content: &[u8]) -> Vec<u8> {
    let whole = answer("200 OK", "application/octet-stream", content);
    whole[..whole.len() - 1].to_vec()
}

fn serve_one(
    mut stream: &TcpStream,
    answer: &(impl Fn(&Asked) -> Vec<u8> + ?Sized),
) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut header = Vec::new();
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        header.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    stream.write_all(&answer(&Asked { path, header }))
}
