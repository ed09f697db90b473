//! Response bodies, also such as never end.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::stats::InFlight;

/// What comes after the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing: they are all.
    Complete,
    /// Nothing, though more was promised.
    Stall,
    /// The connection breaks, though more was promised.
    Cut,
}

/// Large bodies go in pieces, so that it shows when nobody takes them any more.
const PIECE: usize = 64 * 1024;

/// A body that carries its request's count with it.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    rest: Bytes,
    promised: u64,
    ending: Ending,
    /// What there is has been sent: a connection that breaks at once would take it along.
    flushed: bool,
    in_flight: InFlight,
}

impl ReplyBody {
    /// A body; with an ending other than `Complete`, half of it.
    pub(crate) fn new(bytes: Bytes, ending: Ending, mut in_flight: InFlight) -> Self {
        let promised = bytes.len() as u64;
        let rest = if ending == Ending::Complete { bytes } else { bytes.slice(..bytes.len() / 2) };
        if rest.is_empty() && ending != Ending::Stall {
            in_flight.done();
        }
        Self { rest, promised, ending, flushed: false, in_flight }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if !self.rest.is_empty() {
            let length = self.rest.len().min(PIECE);
            let piece = self.rest.split_to(length);
            // A body that stalls is done when its client has had enough: that is not being answered.
            if self.rest.is_empty() && self.ending != Ending::Stall {
                self.in_flight.done();
            }
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        let ending = self.ending;
        match ending {
            Ending::Complete => Poll::Ready(None),
            // Nothing will wake it: the connection goes when the client goes.
            Ending::Stall => Poll::Pending,
            Ending::Cut if !std::mem::replace(&mut self.flushed, true) => {
                cx.waker().wake_by_ref();
                Poll::Pending
            }
            Ending::Cut => Poll::Ready(Some(Err(std::io::Error::other("cut by a fault that was asked for")))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.ending == Ending::Complete
    }

    fn size_hint(&self) -> SizeHint {
        match self.ending {
            Ending::Complete => SizeHint::with_exact(self.rest.len() as u64),
            Ending::Stall | Ending::Cut => SizeHint::with_exact(self.promised),
        }
    }
}
