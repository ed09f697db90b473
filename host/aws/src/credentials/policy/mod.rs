//! Session policies: what a role's session is narrowed to, made from the grant that it is for.
//!
//! AWS takes 2,048 characters of policy, and less where its own packed form of it (with session tags) grows too
//! large. So the policy of a grant is the first of these that fits:
//!
//! 1. every allowed action by its name;
//! 2. patterns such as `ec2:Describe*` that match all allowed actions of the pack and no refused one;
//! 3. broader patterns, down to `ec2:*`: those that let the least harm through for the room that they save;
//! 4. everything but the worst of what is refused: a grant over hundreds of services has no shorter list.

mod actions;
mod cover;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use moka::sync::Cache;
use serde_json::{Value as Json, json};

use self::actions::Actions;
use self::cover::{Piece, Trie};
use crate::grant::Grant;

/// How many characters a policy may have. AWS refuses a longer one than the first; the others are tried in turn where
/// it says that the packed policy is too large.
const LIMITS: &[usize] = &[2048, 1400, 900, 500];

/// No more grants are in use at once: forgetting one's policy costs a few hundredths of a second.
const GRANTS: u64 = 1_000;

/// The highest price of harm that is tried, as a power of two: one action too many is worth any number of characters.
const HIGHEST: u32 = 32;

/// The ladders of grants.
#[derive(Debug)]
pub(super) struct Policies(Cache<Arc<Grant>, Arc<Ladder>>);

/// The policies of one grant, each shorter and no narrower than the one before; made when they are needed.
#[derive(Debug)]
pub(super) struct Ladder {
    grant: Arc<Grant>,
    rungs: [OnceLock<Result<SessionPolicy, &'static str>>; LIMITS.len()],
    /// Where to begin: AWS found those before it too large.
    step: AtomicUsize,
}

/// An inline session policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SessionPolicy {
    /// The JSON text.
    pub(super) text: Arc<str>,
    /// How near it comes to the grant.
    pub(super) level: Level,
}

/// How near a policy comes to its grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// Each allowed action by its name.
    Exact,
    /// Patterns that match no refused action of the pack.
    Patterns,
    /// Patterns that match some refused actions as well.
    Broader,
    /// Everything but some refused actions.
    AllBut,
}

impl Default for Policies {
    fn default() -> Self {
        Self(Cache::new(GRANTS))
    }
}

impl Policies {
    pub(super) fn of(&self, grant: &Arc<Grant>) -> Arc<Ladder> {
        let new = || {
            let rungs = std::array::from_fn(|_| OnceLock::new());
            Arc::new(Ladder { grant: grant.clone(), rungs, step: AtomicUsize::new(0) })
        };
        self.0.get_with_by_ref(grant, new)
    }
}

impl Ladder {
    /// The policy to be sent.
    ///
    /// # Errors
    ///
    /// The model pack is damaged.
    pub(super) async fn policy(self: &Arc<Self>) -> Result<SessionPolicy, String> {
        let ladder = self.clone();
        // The first time it takes a while.
        let policy = tokio::task::spawn_blocking(move || ladder.current().cloned()).await;
        policy.map_err(|error| error.to_string())?.map_err(str::to_owned)
    }

    fn current(&self) -> Result<&SessionPolicy, &'static str> {
        let step = self.step.load(Ordering::Relaxed).min(LIMITS.len() - 1);
        let (Some(rung), Some(limit)) = (self.rungs.get(step), LIMITS.get(step)) else {
            return Err("a step beyond the last");
        };
        let policy = rung.get_or_init(|| {
            let policy = make(&self.grant, *limit)?;
            tracing::debug!(level = ?policy.level, characters = policy.text.len(), limit, "session policy made");
            Ok(policy)
        });
        policy.as_ref().map_err(|reason| *reason)
    }

    /// Goes on to a shorter policy than one that AWS found too large; tells whether there is one.
    pub(super) async fn step_down(self: &Arc<Self>, refused: &SessionPolicy) -> bool {
        while self.policy().await.is_ok_and(|policy| policy.text.len() >= refused.text.len()) {
            let step = self.step.load(Ordering::Relaxed);
            if step + 1 >= LIMITS.len() {
                return false;
            }
            // Somebody else may have gone on meanwhile, and then nothing is to be done.
            let _ = self.step.compare_exchange(step, step + 1, Ordering::Relaxed, Ordering::Relaxed);
        }
        true
    }
}

/// The most exact policy of a grant that has no more characters than the limit.
fn make(grant: &Grant, limit: usize) -> Result<SessionPolicy, &'static str> {
    let actions = Actions::of(grant)?;
    let tries = actions.allowed();
    let room = limit.saturating_sub(allow(&[]).len());
    let mut pieces: Vec<Piece<'_>> = tries.iter().flat_map(Trie::exact).collect();
    if pieces.is_empty() {
        return Ok(SessionPolicy { text: nothing().into(), level: Level::Exact });
    }
    let mut level = Level::Exact;
    if length(&pieces) > room {
        pieces = cover(&tries, u64::MAX);
        level = Level::Patterns;
    }
    if length(&pieces) > room {
        pieces = broader(&tries, room);
        level = Level::Broader;
    }
    if length(&pieces) > room {
        return Ok(SessionPolicy { text: all_but(&actions, limit).into(), level: Level::AllBut });
    }
    Ok(SessionPolicy { text: allow(&pieces).into(), level })
}

/// Patterns that match all allowed actions and the least of the refused for the room that there is; too long, if even
/// the shortest are.
fn broader<'a>(tries: &[Trie<'a>], room: usize) -> Vec<Piece<'a>> {
    // Prices are powers of two: the higher the price of harm, the longer the patterns.
    let fits = |power: u32| length(&cover(tries, 1 << power)) <= room;
    let (mut low, mut high) = (0, HIGHEST);
    while low < high {
        let middle = (low + high).div_ceil(2);
        if fits(middle) { low = middle } else { high = middle - 1 }
    }
    let price = if fits(low) { 1 << low } else { 0 };
    let mut services: Vec<_> = tries.iter().map(|trie| (trie, trie.covered(price))).collect();
    let used = services.iter().map(|(_, pieces)| length(pieces)).sum();
    let mut left = room.saturating_sub(used);
    // The room that is left over goes to the services that let the most harm through.
    services.sort_by_key(|(_, pieces)| std::cmp::Reverse(harm(pieces)));
    for (trie, pieces) in services.iter_mut().filter(|(_, pieces)| used <= room && harm(pieces) > 0) {
        let (used, before) = (length(pieces), harm(pieces));
        let mut dearer = (low..=HIGHEST).rev().map(|power| trie.covered(1 << power));
        let better = |other: &Vec<Piece<'_>>| length(other) <= used + left && harm(other) < before;
        if let Some(other) = dearer.find(better) {
            left = left + used - length(&other);
            *pieces = other;
        }
    }
    let mut pieces: Vec<_> = services.into_iter().flat_map(|(_, pieces)| pieces).collect();
    pieces.sort();
    pieces
}

fn cover<'a>(tries: &[Trie<'a>], price: u64) -> Vec<Piece<'a>> {
    tries.iter().flat_map(|trie| trie.covered(price)).collect()
}

/// Allows everything, and denies as much of the refused as there is room for, the worst for its length first.
fn all_but(actions: &Actions<'_>, limit: usize) -> String {
    let mut room = limit.saturating_sub(document(&[everything("Allow"), statement("Deny", &[])]).len());
    let mut refused: Vec<_> = cover(&actions.refused(), u64::MAX)
        .into_iter()
        .map(|piece| (actions.harm_of(&piece) * 1_000 / piece.length() as u64, piece))
        .collect();
    refused.sort_by_key(|(harm, piece)| (std::cmp::Reverse(*harm), *piece));
    let mut chosen = Vec::new();
    for (_, piece) in refused {
        if let Some(left) = room.checked_sub(piece.length()) {
            room = left;
            chosen.push(piece);
        }
    }
    chosen.sort();
    document(&[everything("Allow"), statement("Deny", &chosen)])
}

/// What pieces match without being wanted.
fn harm(pieces: &[Piece<'_>]) -> u64 {
    pieces.iter().map(|piece| piece.harm).sum()
}

/// How long pieces are as a list.
fn length(pieces: &[Piece<'_>]) -> usize {
    pieces.iter().map(Piece::length).sum()
}

fn allow(pieces: &[Piece<'_>]) -> String {
    document(&[statement("Allow", pieces)])
}

fn nothing() -> String {
    document(&[everything("Deny")])
}

fn document(statements: &[Json]) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn statement(effect: &str, pieces: &[Piece<'_>]) -> Json {
    let patterns: Vec<String> = pieces.iter().map(Piece::pattern).collect();
    json!({ "Effect": effect, "Action": patterns, "Resource": "*" })
}

fn everything(effect: &str) -> Json {
    json!({ "Effect": effect, "Action": "*", "Resource": "*" })
}
