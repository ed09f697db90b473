//! Tollgate tools for the resources of all services.

mod arn;
mod explorer;
mod resource;
mod search;
mod tagging;
mod wanted;

use search::resources_search;

tollgate_sdk::export!(tools: [resources_search]);
