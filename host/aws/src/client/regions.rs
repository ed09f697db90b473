//! The enabled regions of an account.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde_json::{Value as Json, json};
use tokio::time::Instant;

use super::call::One;
use super::{Client, Inner};
use crate::account::{Account, AccountId, Target, is_region_shaped};
use crate::error::{Error, InvalidRequest};
use crate::grant::{Grant, Mode};
use crate::page::{Binding, Limits, Pager};
use crate::principal::Principal;
use crate::protocol;

/// Regions are switched on and off by hand, and rarely.
const KEPT: Duration = Duration::from_secs(10 * 60);

/// One way to ask.
struct Question {
    service: &'static str,
    operation: &'static str,
    input: Json,
    /// The list in the output, and the name in its elements.
    names: (&'static str, &'static str),
}

/// Asks for all who want to know: the host itself, with these two questions alone.
fn principal() -> Result<Principal, Error> {
    let pattern =
        |text: &str| text.parse().map_err(|error| Error::Internal { reason: format!("regions: {error}") });
    let layer = vec![pattern("account:ListRegions")?, pattern("ec2:DescribeRegions")?];
    Ok(Principal::new("tollgate", "tollgate", Grant::new(Mode::ReadOnly, vec![layer])))
}

pub(super) fn cache() -> Cache<AccountId, Arc<Vec<String>>> {
    Cache::builder().max_capacity(10_000).time_to_live(KEPT).build()
}

impl Client {
    /// The enabled regions of an account, sorted; asked once for all who want to know, and kept for a while.
    pub(super) async fn enabled_regions(
        &self,
        account: &Arc<Account>,
    ) -> Result<Arc<Vec<String>>, Arc<Error>> {
        self.inner.regions.try_get_with(account.id, self.ask_for_regions(account)).await
    }

    /// `account:ListRegions` knows regions beyond EC2's, but many roles may not call it.
    async fn ask_for_regions(&self, account: &Arc<Account>) -> Result<Arc<Vec<String>>, Error> {
        let enabled = ["ENABLED", "ENABLED_BY_DEFAULT"];
        let first = Question {
            service: "account",
            operation: "ListRegions",
            input: json!({ "RegionOptStatusContains": enabled }),
            names: ("Regions", "RegionName"),
        };
        let second = Question {
            service: "ec2",
            operation: "DescribeRegions",
            input: json!({ "AllRegions": false }),
            names: ("Regions", "RegionName"),
        };
        let limit = self.inner.wire.call;
        let ask = async {
            match self.inner.names(account, &first).await {
                Ok(regions) => Ok(regions),
                // Without credentials the second question has the same answer.
                Err(error @ Error::Credentials(_)) => Err(error),
                Err(error) => {
                    tracing::debug!(account = %account.id, %error, "account:ListRegions failed, asking EC2");
                    self.inner.names(account, &second).await
                }
            }
        };
        let mut regions =
            tokio::time::timeout(limit, ask).await.unwrap_or_else(|_| Err(Error::call_timeout(limit)))?;
        regions.retain(|region| is_region_shaped(region));
        regions.sort();
        regions.dedup();
        if regions.is_empty() {
            return Err(Error::Response { reason: "no enabled region was told".to_owned() });
        }
        Ok(Arc::new(regions))
    }
}

impl Inner {
    async fn names(&self, account: &Arc<Account>, question: &Question) -> Result<Vec<String>, Error> {
        let service = self.wire.service(question.service)?;
        let operation = service.operation(question.operation).map_err(InvalidRequest::from)?;
        // Tells at once where the protocol is not spoken.
        protocol::encode(&service, operation, &question.input).map_err(InvalidRequest::from)?;
        let home = self.store.home_region().await.or(account.regions.first().map(String::as_str));
        let region = home.unwrap_or("us-east-1").to_owned();
        let target = Target { account: account.id, region };
        let binding = Binding {
            service: question.service,
            operation: question.operation,
            target: &target,
            input: &question.input,
        };
        let limits = Limits { max_items: None, max_bytes: self.max_output_bytes };
        let one = One {
            inner: self,
            principal: &principal()?,
            service: &service,
            operation,
            account,
            region: &target.region,
            deadline: Instant::now() + self.wire.call,
        };
        let response = match Pager::new(&service, operation, binding, limits, None)? {
            Some(pager) => one.pages(pager).await?,
            None => one.page(&question.input).await?,
        };
        let output: Json = serde_json::from_str(&response.output)
            .map_err(|error| Error::Internal { reason: format!("regions: {error}") })?;
        let (list, name) = question.names;
        let names = output.get(list).and_then(Json::as_array).into_iter().flatten();
        Ok(names.filter_map(|region| region.get(name)?.as_str().map(str::to_owned)).collect())
    }
}
