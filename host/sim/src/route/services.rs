//! The services by the name they sign with.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tollgate_aws::model::{Pack, Service};

use super::rest::Routes;

/// The model pack, with what routing has learned of it.
#[derive(Debug)]
pub(crate) struct Catalog {
    pack: &'static Pack,
    by_signing_name: OnceLock<BTreeMap<Box<str>, Vec<Box<str>>>>,
    rest: Mutex<HashMap<Box<str>, Arc<Routes>>>,
}

impl Catalog {
    pub(crate) fn new(pack: &'static Pack) -> Self {
        Self { pack, by_signing_name: OnceLock::new(), rest: Mutex::new(HashMap::new()) }
    }

    pub(crate) fn pack(&self) -> &'static Pack {
        self.pack
    }

    /// The names of the services that sign with a name. The first question parses the whole pack.
    pub(super) fn signing_with(&self, signing_name: &str) -> &[Box<str>] {
        let services = self.by_signing_name.get_or_init(|| {
            let mut services: BTreeMap<Box<str>, Vec<Box<str>>> = BTreeMap::new();
            for service in self.pack.service_names().filter_map(|name| self.pack.service(name).ok()) {
                services.entry(service.signing_name.clone()).or_default().push(service.name.clone());
            }
            services
        });
        services.get(signing_name).map_or(&[], Vec::as_slice)
    }

    /// The routes of a REST service.
    pub(super) fn rest(&self, service: &Service) -> Arc<Routes> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let routes = rest.entry(service.name.clone()).or_insert_with(|| Arc::new(Routes::new(service)));
        Arc::clone(routes)
    }
}
