//! Tollgate tools for EKS.

mod cluster;
mod describe_cluster;
mod insights;
mod list_clusters;
#[cfg(test)]
mod selected;
mod support;

use describe_cluster::eks_describe_cluster;
use insights::eks_insights;
use list_clusters::eks_list_clusters;

tollgate_sdk::export!(tools: [eks_list_clusters, eks_describe_cluster, eks_insights]);
