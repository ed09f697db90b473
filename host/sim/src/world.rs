//! All that the requests of one simulator share.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tollgate_aws::model::{Partition, Partitions};

use crate::auth::Keys;
use crate::fault::Faults;
use crate::fixture::Fixtures;
use crate::org::RegionState;
use crate::page::Pager;
use crate::route::Catalog;
use crate::stats::Ledger;

/// A role that was assumed, as CloudTrail would tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumedRole {
    /// The role's ARN.
    pub role_arn: String,
    /// The name of the session.
    pub session_name: String,
    /// The external id that came with the request.
    pub external_id: Option<String>,
    /// The session policy, as its JSON text.
    pub policy: Option<String>,
    /// The source identity.
    pub source_identity: Option<String>,
    /// The session tags, key and value.
    pub session_tags: Vec<(String, String)>,
    /// How long the credentials are good.
    pub duration: Duration,
}

/// How many assumed roles are remembered.
const REMEMBERED: usize = 10_000;

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) fixtures: Fixtures,
    pub(crate) keys: Keys,
    pub(crate) catalog: Catalog,
    pub(crate) pager: Pager,
    pub(crate) faults: Faults,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) latency: Duration,
    pub(crate) longest_session: Option<Duration>,
    pub(crate) assumed: Mutex<VecDeque<AssumedRole>>,
}

impl World {
    pub(crate) fn record(&self, role: AssumedRole) {
        let mut assumed = self.assumed.lock().unwrap_or_else(PoisonError::into_inner);
        if assumed.len() == REMEMBERED {
            assumed.pop_front();
        }
        assumed.push_back(role);
    }

    /// How a region stands to an account. A region of AWS that the organisation does not name is one that
    /// nobody has enabled.
    pub(crate) fn region_state(&self, account: &str, region: &str) -> RegionState {
        match self.fixtures.organization().region_state(account, region) {
            RegionState::Unknown if exists(self.catalog.pack().partitions(), region) => RegionState::Disabled,
            state => state,
        }
    }
}

fn exists(partitions: &Partitions, region: &str) -> bool {
    partitions.partitions.iter().any(|partition: &Partition| partition.regions.contains_key(region))
}
