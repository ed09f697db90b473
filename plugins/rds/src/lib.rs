//! Tollgate tools for RDS.

mod database;
mod describe_database;
mod kind;
mod list_databases;
mod list_snapshots;

use describe_database::rds_describe_database;
use list_databases::rds_list_databases;
use list_snapshots::rds_list_snapshots;

tollgate_sdk::export!(tools: [rds_describe_database, rds_list_databases, rds_list_snapshots]);
