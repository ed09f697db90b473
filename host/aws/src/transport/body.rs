//! Reading the bodies of responses, within bounds: for each, and for all together.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

use super::error::{TransportError, chain};
use super::memory::{Held, Memory};

/// How bodies are read.
#[derive(Debug)]
pub(super) struct Bodies {
    /// Between two pieces.
    timeout: Duration,
    /// The most bytes of one.
    limit: usize,
    /// For all of them.
    memory: Memory,
}

impl Bodies {
    pub(super) fn new(timeout: Duration, limit: usize, memory: Memory) -> Self {
        Self { timeout, limit, memory }
    }

    /// Reads a body as long as it comes, up to the limit. What it holds of the memory is among the response's
    /// extensions.
    pub(super) async fn read(
        &self,
        host: &str,
        response: Response<Incoming>,
    ) -> Result<Response<Bytes>, TransportError> {
        let (mut head, mut body) = response.into_parts();
        let too_large = || TransportError::TooLarge { host: host.to_owned(), limit: self.limit };
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        if announced > self.limit {
            return Err(too_large());
        }
        let mut held = Held::default();
        self.memory.extend(&mut held, announced).await;
        let mut whole = BytesMut::new();
        let body = loop {
            let timeout =
                |_| TransportError::Timeout { host: host.to_owned(), after: self.timeout, begun: true };
            let Some(frame) = tokio::time::timeout(self.timeout, body.frame()).await.map_err(timeout)? else {
                break whole.freeze();
            };
            let frame = frame
                .map_err(|error| TransportError::Broken { host: host.to_owned(), reason: chain(&error) })?;
            let Ok(piece) = frame.into_data() else { continue };
            let length = whole.len() + piece.len();
            if length > self.limit {
                return Err(too_large());
            }
            self.memory.extend(&mut held, length).await;
            if whole.is_empty() && piece.len() >= announced && body.is_end_stream() {
                break piece;
            }
            whole.reserve(announced.saturating_sub(whole.len()).max(piece.len()));
            whole.extend_from_slice(&piece);
        };
        head.extensions.insert(Arc::new(held));
        Ok(Response::from_parts(head, body))
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use http_body_util::Empty;
    use hyper_util::client::legacy::Client;
    use hyper_util::rt::TokioExecutor;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Answers every connection with a body of as many bytes as its path says, in chunks if that begins with `c`.
    async fn server() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut head = [0; 4096];
                    let read = stream.read(&mut head).await.unwrap();
                    let path = std::str::from_utf8(&head[..read]).unwrap().split(' ').nth(1).unwrap();
                    let bytes: usize = path.trim_start_matches(['/', 'c']).parse().unwrap();
                    let (head, tail) = match path.contains('c') {
                        true => (format!("transfer-encoding: chunked\r\n\r\n{bytes:x}\r\n"), "\r\n0\r\n\r\n"),
                        false => (format!("content-length: {bytes}\r\n\r\n"), ""),
                    };
                    let body = " ".repeat(bytes);
                    let answer = format!("HTTP/1.1 200 OK\r\n{head}{body}{tail}");
                    let _ = stream.write_all(answer.as_bytes()).await;
                });
            }
        });
        format!("http://{address}")
    }

    async fn get(url: &str, path: &str) -> Response<Incoming> {
        let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
        client.get(format!("{url}/{path}").parse().unwrap()).await.unwrap()
    }

    const MIB: usize = 1 << 20;

    #[tokio::test]
    async fn who_finds_no_memory_takes_turns_and_small_ones_do_not_wait() {
        let url = server().await;
        let bodies = Bodies::new(Duration::from_secs(60), 16 * MIB, Memory::new(MIB, 1));
        for large in ["2000000", "c2000000"] {
            let fits = bodies.read("host", get(&url, "900000").await).await.unwrap();
            let first = bodies.read("host", get(&url, large).await).await.unwrap();
            assert_eq!((first.body().len(), bodies.memory.free().1), (2_000_000, 0));
            let mut second = Box::pin(bodies.read("host", get(&url, large).await));
            for small in ["60000", "c60000"] {
                let small = bodies.read("host", get(&url, small).await).await.unwrap();
                assert_eq!(small.body().len(), 60_000);
                assert!(second.as_mut().now_or_never().is_none());
            }
            drop(first);
            let second = second.await.unwrap();
            assert_eq!((second.body().len(), bodies.memory.free().1), (2_000_000, 0));
            drop((second, fits));
            assert_eq!(bodies.memory.free(), (MIB, 1));
        }
    }

    #[tokio::test]
    async fn bodies_that_hold_all_memory_together_all_arrive() {
        let url = server().await;
        let bodies = Bodies::new(Duration::from_secs(60), 16 * MIB, Memory::new(MIB, 1));
        let read = (0..20).map(|number| {
            let (url, bodies) = (&url, &bodies);
            async move {
                let path = if number % 2 == 0 { "700000" } else { "c700000" };
                bodies.read("host", get(url, path).await).await.unwrap().body().len()
            }
        });
        assert_eq!(futures::future::join_all(read).await, [700_000; 20]);
        assert_eq!(bodies.memory.free(), (MIB, 1));
    }

    #[tokio::test]
    async fn what_is_dropped_or_fails_gives_its_memory_back() {
        let url = server().await;
        let bodies = Bodies::new(Duration::from_secs(60), 3_000_000, Memory::new(0, 1));
        let first = bodies.read("host", get(&url, "2000000").await).await.unwrap();
        let mut waiting = Box::pin(bodies.read("host", get(&url, "2000000").await));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(waiting);
        drop(first);
        let error = bodies.read("host", get(&url, "c4000000").await).await.unwrap_err();
        assert!(matches!(error, TransportError::TooLarge { limit: 3_000_000, .. }), "{error:?}");
        assert_eq!(bodies.memory.free(), (0, 1));
    }
}
