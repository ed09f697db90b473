//! Reading the bodies of responses, within bounds: for each, and for all together.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::Response;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{TransportError, chain};

/// A body of more bytes holds one of few places from then on, until its response is dropped. Whoever holds one waits
/// for nothing but the rest of the body, so everybody's turn comes.
const LARGE: usize = 1 << 20;

/// How bodies are read.
#[derive(Debug)]
pub(super) struct Bodies {
    /// Between two pieces.
    timeout: Duration,
    /// The most bytes of one.
    limit: usize,
    /// Places for large ones.
    large: Arc<Semaphore>,
}

impl Bodies {
    pub(super) fn new(timeout: Duration, limit: usize, large: usize) -> Self {
        Self { timeout, limit, large: Arc::new(Semaphore::new(large.max(1))) }
    }

    /// Reads a body as long as it comes, up to the limit. A large one's place is among the response's extensions.
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
        let mut place = None;
        if announced > LARGE {
            place = Some(self.place().await?);
        }
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
            if whole.len() + piece.len() > self.limit {
                return Err(too_large());
            }
            if place.is_none() && whole.len() + piece.len() > LARGE {
                place = Some(self.place().await?);
            }
            if whole.is_empty() && piece.len() >= announced && body.is_end_stream() {
                break piece;
            }
            whole.reserve(announced.saturating_sub(whole.len()).max(piece.len()));
            whole.extend_from_slice(&piece);
        };
        if let Some(place) = place {
            head.extensions.insert(Arc::new(place));
        }
        Ok(Response::from_parts(head, body))
    }

    /// Waits for a place. The rest of the body stays with the sender as long.
    async fn place(&self) -> Result<OwnedSemaphorePermit, TransportError> {
        let place = self.large.clone().acquire_owned().await;
        // The semaphore is never closed.
        place.map_err(|closed| TransportError::Unsendable { reason: closed.to_string() })
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

    #[tokio::test]
    async fn large_bodies_take_turns_and_small_ones_do_not_wait() {
        let url = server().await;
        let bodies = Bodies::new(Duration::from_secs(60), 16 << 20, 1);
        for large in ["2000000", "c2000000"] {
            let first = bodies.read("host", get(&url, large).await).await.unwrap();
            assert_eq!((first.body().len(), bodies.large.available_permits()), (2_000_000, 0));
            let mut second = Box::pin(bodies.read("host", get(&url, large).await));
            for small in ["1000000", "c1000000"] {
                let small = bodies.read("host", get(&url, small).await).await.unwrap();
                assert_eq!(small.body().len(), 1_000_000);
                assert!(second.as_mut().now_or_never().is_none());
            }
            drop(first);
            let second = second.await.unwrap();
            assert_eq!((second.body().len(), bodies.large.available_permits()), (2_000_000, 0));
            drop(second);
            assert_eq!(bodies.large.available_permits(), 1);
        }
    }

    #[tokio::test]
    async fn what_is_dropped_or_fails_gives_its_place_back() {
        let url = server().await;
        let bodies = Bodies::new(Duration::from_secs(60), 3_000_000, 1);
        let first = bodies.read("host", get(&url, "2000000").await).await.unwrap();
        let mut waiting = Box::pin(bodies.read("host", get(&url, "2000000").await));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop(waiting);
        drop(first);
        let error = bodies.read("host", get(&url, "c4000000").await).await.unwrap_err();
        assert!(matches!(error, TransportError::TooLarge { limit: 3_000_000, .. }), "{error:?}");
        assert_eq!(bodies.large.available_permits(), 1);
    }
}
