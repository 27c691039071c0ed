//! A server on 127.0.0.1 for as long as the test runs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// What a client has asked.
pub(crate) struct Request {
    /// Where the server is.
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) path: String,
    /// What it shows of itself: `Bearer …`.
    pub(crate) authorization: Option<String>,
    pub(crate) body: Vec<u8>,
}

/// A status and a text, or bytes.
pub(crate) type Answer<Content = String> = (&'static str, Content);

/// Starts a server that gives these answers, and says where it is.
pub(crate) fn serve<Content: AsRef<[u8]>>(
    mut answer: impl FnMut(&Request) -> Answer<Content> + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let served = url.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client may have gone away; the next one is served.
            let _ = serve_one(&stream.unwrap(), &served, &mut answer);
        }
    });
    url
}

fn serve_one<Content: AsRef<[u8]>>(
    mut stream: &TcpStream,
    url: &str,
    answer: &mut impl FnMut(&Request) -> Answer<Content>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length, mut authorization) = (String::new(), 0, None);
    reader.read_line(&mut first)?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let written = header.trim();
        let header = written.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("authorization:") {
            let value = written[written.len() - value.len()..].trim();
            authorization = Some(value.to_owned());
        }
        match header.strip_prefix("content-length:") {
            Some(value) => length = value.trim().parse().unwrap(),
            None if header == "expect: 100-continue" => {
                stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
            }
            None if header.is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (status, content) = answer(&Request {
        url: url.to_owned(),
        method: words.next().unwrap_or_default(),
        path: words.next().unwrap_or_default(),
        authorization,
        body,
    });
    let content = content.as_ref();
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n"
    )?;
    stream.write_all(content)
}
