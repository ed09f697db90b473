//! Which questions are the same.

use std::sync::Arc;

use crate::account::AccountId;
use crate::canonical;
use crate::client::Request;
use crate::credentials;
use crate::grant::Grant;
use crate::model::{Operation, Service};
use crate::principal::Principal;

/// All that decides an answer, apart from what is the same for all calls of a client, such as its endpoints.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Question {
    account: AccountId,
    /// The region; the same one for all regions where the service answers for the whole account.
    region: Box<str>,
    service: Box<str>,
    operation: Box<str>,
    input: Box<[u8]>,
    select: Option<Box<str>>,
    max_items: Option<u32>,
    cursor: Option<Box<str>>,
    /// What is in the session policy, and what may be shown.
    grant: Arc<Grant>,
    /// No plugin learns, not even by the time that it takes, what another one asked.
    plugin: Arc<str>,
    /// Whose session asks. It has the caller in it where the caller decides the session.
    credentials: Option<credentials::Key>,
    changes: u64,
}

impl Question {
    /// What a request asks in a region.
    pub(crate) fn new(
        principal: &Principal,
        request: &Request,
        region: &str,
        credentials: Option<credentials::Key>,
        changes: u64,
    ) -> Self {
        let mut input = Vec::new();
        canonical::push_json(&mut input, &request.input);
        Self {
            account: request.target.account,
            region: region.into(),
            service: request.service.as_str().into(),
            operation: request.operation.as_str().into(),
            input: input.into(),
            select: request.select.as_deref().map(Into::into),
            max_items: request.max_items,
            cursor: request.cursor.as_deref().map(Into::into),
            grant: principal.grant.clone(),
            plugin: principal.plugin.clone(),
            credentials,
            changes,
        }
    }

    /// About how many bytes of its own it takes.
    pub(super) fn size(&self) -> usize {
        let length = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        self.input.len() + length(&self.select) + length(&self.cursor)
    }
}

/// How the names of operations begin that leave no trace at all. Others that IAM takes for reading start a query,
/// hand a message out once, or make a link that expires.
const VERBS: [&str; 11] = [
    "BatchDescribe",
    "BatchGet",
    "BatchList",
    "Describe",
    "Get",
    "Head",
    "List",
    "Lookup",
    "Search",
    "Select",
    "Simulate",
];

/// Whether answers of an operation are kept: it only lists or reads, and nothing that is secret. What STS tells is
/// about the very session that asks.
pub(crate) fn is_kept(service: &Service, operation: &Operation) -> bool {
    let is_new_each_time = |shape| {
        service.structure(shape).is_some_and(|input| input.members.iter().any(|it| it.idempotency_token))
    };
    &*service.name != "sts"
        && operation.access.is_read_only()
        && operation.sensitive.is_none()
        && VERBS.iter().any(|verb| operation.name.starts_with(verb))
        && !operation.input.is_some_and(is_new_each_time)
}
