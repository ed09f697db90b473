//! The credentials of every account.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use futures::future::BoxFuture;
use moka::sync::Cache;

use super::base::{Base, Known};
use super::error::{CredentialsError, Told};
use super::link::Link;
use super::mfa::Mfa;
use super::policy::Policies;
use super::session::{session_name, source_identity, tags};
use super::sts::{AssumeRole, Identity, Sts};
use crate::account::{Account, CALLER};
use crate::grant::Grant;
use crate::principal::Principal;
use crate::slot::{Life, Loaded, Slot};
use crate::wire::Wire;

/// No more sessions are kept. Who comes back later than all these has the role assumed anew.
const SESSIONS: u64 = 20_000;

/// A session that nobody asked for in so long is let go.
const IDLE: Duration = Duration::from_secs(60 * 60);

/// What a session of a role in between may do: assume roles.
const HUB_POLICY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"],"Resource":"*"}]}"#;

type Sessions<K> = Cache<K, Arc<Slot<Credentials, CredentialsError>>>;

/// Base credentials, and a role's for each account that has one: cached, and renewed ahead of their expiry, once for
/// all who wait.
#[derive(Debug)]
pub(crate) struct Store {
    wire: Arc<Wire>,
    base: Arc<Base>,
    /// The base credentials of accounts with a profile of their own.
    profiles: HashMap<String, Arc<Base>>,
    mfa: Option<Mfa>,
    mfa_session: Arc<Slot<Credentials, CredentialsError>>,
    policies: Policies,
    /// Those of roles in between, which all accounts behind them share.
    hubs: Sessions<Hub>,
    sessions: Sessions<Session>,
}

/// All that decides an account's session. Where the account was discovered, its entry may change, and the session of
/// another entry is another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Session {
    account: Arc<Account>,
    caller: Arc<str>,
    plugin: Arc<str>,
    grant: Arc<Grant>,
}

/// All that decides the session of a role in between.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Hub {
    profile: Option<String>,
    roles: Arc<[String]>,
}

/// What of a role's session may decide what AWS answers, beside its grant: how the account's entry leads into it, and
/// the caller, where AWS is told. That a session is named after its caller decides nothing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    account: Arc<Account>,
    caller: Option<Arc<str>>,
}

impl Key {
    /// Nothing for an account that is asked with the base credentials.
    pub(crate) fn of(principal: &Principal, account: &Arc<Account>) -> Option<Self> {
        account.role.as_ref()?;
        let told =
            account.source_identity || account.session_tags.values().any(|value| value.contains(CALLER));
        Some(Self { account: account.clone(), caller: told.then(|| principal.caller.clone()) })
    }
}

impl Store {
    /// Reads nothing.
    pub(crate) fn new<'a>(
        wire: Arc<Wire>,
        given: Option<SharedCredentialsProvider>,
        home_region: Option<String>,
        mfa: Option<Mfa>,
        profiles: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        let http = wire.transport.sdk().clone();
        let profiles = profiles
            .into_iter()
            .map(|name| (name.clone(), Arc::new(Base::profile(name, home_region.clone(), http.clone()))));
        let profiles = profiles.collect();
        Self {
            wire,
            profiles,
            base: Arc::new(Base::new(given, home_region, http)),
            mfa,
            mfa_session: Arc::default(),
            policies: Policies::default(),
            hubs: Cache::builder().max_capacity(SESSIONS).time_to_idle(IDLE).build(),
            sessions: Cache::builder().max_capacity(SESSIONS).time_to_idle(IDLE).build(),
        }
    }

    pub(super) fn wire(&self) -> &Wire {
        &self.wire
    }

    /// The home region, if there is one.
    pub(crate) async fn home_region(&self) -> Option<&str> {
        self.base.region().await
    }

    /// What signs a principal's requests to an account.
    pub(crate) async fn credentials(
        self: &Arc<Self>,
        principal: &Principal,
        account: &Arc<Account>,
    ) -> Result<Credentials, Arc<CredentialsError>> {
        if account.role.is_none() {
            return self.own(account).await;
        }
        let load = || self.clone().assume(principal.clone(), account.clone());
        self.session(principal, account).get(&self.wire.clock, load).await
    }

    /// Gets others next time, unless that has happened already.
    pub(crate) fn forget(&self, principal: &Principal, account: &Arc<Account>, used: &Credentials) {
        if account.role.is_some() {
            let slot = self.session(principal, account);
            slot.forget(|kept| kept.access_key_id() == used.access_key_id());
        } else {
            self.forget_link(&Link::Base(self.base_of(account.profile.as_deref()).clone()), used);
        }
    }

    /// What signs the requests of a link to STS.
    pub(crate) fn link<'a>(
        self: &'a Arc<Self>,
        link: &'a Link,
    ) -> BoxFuture<'a, Result<Credentials, Arc<CredentialsError>>> {
        let clock = &self.wire.clock;
        Box::pin(async move {
            match (link, &self.mfa) {
                (Link::Base(base), Some(mfa)) if Arc::ptr_eq(base, &self.base) => {
                    let load = || self.clone().authenticate(mfa.clone());
                    self.mfa_session.get(clock, load).await
                }
                (Link::Bare(base) | Link::Base(base), _) => base.credentials(clock).await,
                (Link::Role(base, roles), _) => {
                    let load = || self.clone().assume_hub(base.clone(), roles.clone());
                    self.hub(base, roles).get(clock, load).await
                }
            }
        })
    }

    /// Gets others next time, unless that has happened already.
    pub(crate) fn forget_link(&self, link: &Link, used: &Credentials) {
        let slot = match link {
            Link::Base(base) if self.mfa.is_some() && Arc::ptr_eq(base, &self.base) => {
                self.mfa_session.clone()
            }
            Link::Bare(base) | Link::Base(base) => return base.forget(used),
            Link::Role(base, roles) => self.hub(base, roles),
        };
        slot.forget(|kept| kept.access_key_id() == used.access_key_id());
    }

    /// Whose the base credentials of a profile are, or without one the host's own, asked once for each access key.
    pub(crate) async fn identity(
        self: &Arc<Self>,
        profile: Option<&str>,
        region: Option<&str>,
    ) -> Result<Identity, Arc<CredentialsError>> {
        self.identity_of(self.base_of(profile), region).await
    }

    async fn identity_of(
        self: &Arc<Self>,
        base: &Arc<Base>,
        region: Option<&str>,
    ) -> Result<Identity, Arc<CredentialsError>> {
        let access_key_id = base.credentials(&self.wire.clock).await?.access_key_id().to_owned();
        base.identity.forget(|known| known.access_key_id != access_key_id);
        let region = self.sts_region(base, region).await;
        let ask = || self.clone().ask_identity(base.clone(), region, access_key_id);
        base.identity.get(&self.wire.clock, ask).await.map(|known| known.identity)
    }

    fn ask_identity(
        self: Arc<Self>,
        base: Arc<Base>,
        region: String,
        access_key_id: String,
    ) -> BoxFuture<'static, Result<Loaded<Known>, CredentialsError>> {
        Box::pin(async move {
            let link = Link::Bare(base);
            let asked = Sts { store: &self, link: &link, region: &region }.caller_identity().await;
            let identity = asked.map_err(|error| match Told::by(error) {
                Ok(told) => CredentialsError::Identity { told },
                Err(error) => (*error).clone(),
            })?;
            Ok(Loaded { value: Known { access_key_id, identity }, life: Life::Open })
        })
    }

    /// The base credentials, if they are the account's.
    async fn own(self: &Arc<Self>, account: &Account) -> Result<Credentials, Arc<CredentialsError>> {
        let base = self.base_of(account.profile.as_deref());
        let found = self.identity_of(base, account.regions.first().map(String::as_str)).await?.account;
        if found != account.id {
            let (account, name) = (account.id, account.name.clone());
            return Err(Arc::new(CredentialsError::OtherAccount { account, name, found }));
        }
        self.link(&Link::Base(base.clone())).await
    }

    /// Assumes an account's role for a principal.
    fn assume(
        self: Arc<Self>,
        principal: Principal,
        account: Arc<Account>,
    ) -> BoxFuture<'static, Result<Loaded<Credentials>, CredentialsError>> {
        Box::pin(async move {
            let role = account.role.as_deref().unwrap_or_default();
            let base = self.base_of(account.profile.as_deref());
            let link = Link::end_of(base, &account.via);
            let region = self.sts_region(base, account.regions.first().map(String::as_str)).await;
            let ladder = self.policies.of(&principal.grant);
            let name = session_name(account.session_name(), &principal);
            let source_identity = account.source_identity.then(|| source_identity(&principal.caller));
            let tags: Vec<_> = tags(&account.session_tags, &principal).collect();
            loop {
                let policy = ladder.policy().await.map_err(|reason| CredentialsError::Policy { reason })?;
                let asked = AssumeRole {
                    role,
                    session_name: &name,
                    policy: &policy.text,
                    external_id: account.external_id.as_ref(),
                    duration_seconds: account.duration_seconds,
                    source_identity: source_identity.as_deref(),
                    tags: &tags,
                };
                let answer = Sts { store: &self, link: &link, region: &region }.assume_role(&asked).await;
                let told = match answer.map_err(Told::by) {
                    Ok(loaded) => {
                        tracing::debug!(account = %account.id, role, session = name, "role assumed");
                        return Ok(loaded);
                    }
                    Err(Err(error)) => return Err((*error).clone()),
                    Err(Ok(told)) => told.without(account.external_id.as_ref()),
                };
                if told.code.starts_with("PackedPolicyTooLarge") && ladder.step_down(&policy).await {
                    continue;
                }
                tracing::warn!(account = %account.id, role, code = told.code, "role not assumed");
                return Err(CredentialsError::AssumeRole {
                    account: account.id,
                    name: account.name.clone(),
                    role: role.to_owned(),
                    via: link.role().cloned(),
                    external_id: account.external_id.is_some(),
                    told,
                });
            }
        })
    }

    /// Assumes the last of the roles in between, for all who need it.
    fn assume_hub(
        self: Arc<Self>,
        base: Arc<Base>,
        roles: Arc<[String]>,
    ) -> BoxFuture<'static, Result<Loaded<Credentials>, CredentialsError>> {
        Box::pin(async move {
            let Some((role, before)) = roles.split_last() else {
                return Err(CredentialsError::NotLoaded);
            };
            let link = Link::end_of(&base, before);
            let region = self.sts_region(&base, None).await;
            let asked = AssumeRole {
                role,
                session_name: crate::account::DEFAULT_SESSION_NAME,
                policy: HUB_POLICY,
                external_id: None,
                duration_seconds: None,
                source_identity: None,
                tags: &[],
            };
            let answer = Sts { store: &self, link: &link, region: &region }.assume_role(&asked).await;
            answer.map_err(|error| match Told::by(error) {
                Ok(told) => {
                    tracing::warn!(role, code = told.code, "role in between not assumed");
                    CredentialsError::AssumeHub { role: role.clone(), via: link.role().cloned(), told }
                }
                Err(error) => (*error).clone(),
            })
        })
    }

    /// Asks a person for an MFA code, and STS for the session that it gives.
    fn authenticate(
        self: Arc<Self>,
        mfa: Mfa,
    ) -> BoxFuture<'static, Result<Loaded<Credentials>, CredentialsError>> {
        Box::pin(async move {
            let serial = &*mfa.serial;
            let link = Link::Bare(self.base.clone());
            // Nobody is asked in vain.
            self.base.credentials(&self.wire.clock).await.map_err(|error| (*error).clone())?;
            let region = self.sts_region(&self.base, None).await;
            let mut tries = 0;
            loop {
                tries += 1;
                let code = mfa.prompt.code(serial).await;
                let code =
                    code.map_err(|reason| CredentialsError::NoMfaCode { serial: serial.to_owned(), reason })?;
                let answer =
                    Sts { store: &self, link: &link, region: &region }.session_token(serial, &code).await;
                let told = match answer.map_err(Told::by) {
                    Ok(loaded) => {
                        tracing::debug!(serial, "the base credentials have an MFA session");
                        return Ok(loaded);
                    }
                    Err(Err(error)) => return Err((*error).clone()),
                    Err(Ok(told)) => told.without(Some(&code)),
                };
                tracing::warn!(serial, code = told.code, "no MFA session");
                if !told.wrong_mfa_code() || tries == 3 {
                    return Err(CredentialsError::Mfa { serial: serial.to_owned(), told });
                }
            }
        })
    }

    /// The home region; without one the account's first, and without that the oldest there is.
    async fn sts_region(&self, base: &Base, of_account: Option<&str>) -> String {
        base.region().await.or(of_account).unwrap_or("us-east-1").to_owned()
    }

    fn base_of(&self, profile: Option<&str>) -> &Arc<Base> {
        profile.and_then(|profile| self.profiles.get(profile)).unwrap_or(&self.base)
    }

    fn session(
        &self,
        principal: &Principal,
        account: &Arc<Account>,
    ) -> Arc<Slot<Credentials, CredentialsError>> {
        let session = Session {
            account: account.clone(),
            caller: principal.caller.clone(),
            plugin: principal.plugin.clone(),
            grant: principal.grant.clone(),
        };
        self.sessions.get_with(session, Arc::default)
    }

    fn hub(&self, base: &Base, roles: &Arc<[String]>) -> Arc<Slot<Credentials, CredentialsError>> {
        let hub = Hub { profile: base.profile_name().map(str::to_owned), roles: roles.clone() };
        self.hubs.get_with(hub, Arc::default)
    }
}
