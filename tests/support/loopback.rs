//! A server on 127.0.0.1 for as long as the test runs.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

/// What a client has asked.
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) body: Vec<u8>,
}

/// Starts a server that gives these answers (a status and a text), and says where it is.
pub(crate) fn serve(
    mut answer: impl FnMut(&Request) -> (&'static str, &'static str) + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            // A client may have gone away; the next one is served.
            let _ = serve_one(&stream.unwrap(), &mut answer);
        }
    });
    url
}

fn serve_one(
    mut stream: &TcpStream,
    answer: &mut impl FnMut(&Request) -> (&'static str, &'static str),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        let header = header.trim().to_ascii_lowercase();
        match header.strip_prefix("content-length:") {
            Some(value) => length = value.trim().parse().unwrap(),
            None if header.is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let method = first.split(' ').next().unwrap_or_default().to_owned();
    let (status, content) = answer(&Request { method, body });
    let length = content.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{content}"
    )
}
