//! Telling a client how far its call has come. The runtime thins the reports out; a client that is
//! slower yet gets the latest of them.

use std::sync::Arc;

use rmcp::model::{ProgressNotificationParam, ProgressToken};
use rmcp::service::{Peer, RoleServer};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tollgate_runtime::{Progress, ProgressSink};

/// What the plugin reported last. Older reports that were not sent yet are of no interest.
pub(super) type Reports = watch::Receiver<Option<Progress>>;

/// A sink and what it was told.
pub(super) fn channel() -> (ProgressSink, Reports) {
    let (sender, reports) = watch::channel(None);
    let sink = move |progress: Progress| {
        // Nobody listens any more: the call is over.
        let _ = sender.send(Some(progress));
    };
    (Arc::new(sink), reports)
}

/// Sends the reports until `done`, and then the last one if it was not sent yet. A notification
/// that has begun is sent to its end, so that none comes after the result.
pub(super) async fn forward(
    mut reports: Reports,
    peer: Peer<RoleServer>,
    token: ProgressToken,
    done: CancellationToken,
) {
    let mut sent = None;
    loop {
        let more = done.run_until_cancelled(reports.changed()).await;
        let report = reports.borrow_and_update().clone();
        // Clients may rely on it that the figure only grows.
        if let Some(progress) = report.filter(|progress| sent.is_none_or(|sent| progress.done > sent)) {
            sent = Some(progress.done);
            if let Err(error) = peer.notify_progress(notification(&token, progress)).await {
                tracing::debug!(%error, "cannot send progress");
                break;
            }
        }
        if !matches!(more, Some(Ok(()))) {
            break;
        }
    }
    done.cancelled().await;
}

fn notification(token: &ProgressToken, progress: Progress) -> ProgressNotificationParam {
    #[expect(clippy::cast_precision_loss, reason = "MCP counts in floating point")]
    let (done, total) = (progress.done as f64, progress.total.map(|total| total as f64));
    let mut param = ProgressNotificationParam::new(token.clone(), done);
    param.total = total;
    param.message = progress.message;
    param
}
