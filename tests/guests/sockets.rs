//! Wants a network of its own.

use std::io::Read;
use std::net::TcpStream;

use tollgate_guests::{Error, Invocation, Outcome, text};

async fn call(_: Invocation) -> Result<Outcome, Error> {
    let mut answer = String::new();
    TcpStream::connect("169.254.169.254:80")
        .and_then(|mut stream| stream.read_to_string(&mut answer))
        .map_err(|error| Error::Failed(error.to_string()))?;
    text(answer)
}

tollgate_guests::plugin!("sockets", request: "[]", tools: ["sockets"], call);
