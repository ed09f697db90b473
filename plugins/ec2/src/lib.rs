//! Tollgate tools for EC2.

mod age;
mod cpu;
mod describe_instance;
mod exposure;
mod list_instances;
mod list_network;
mod list_storage;
mod profile;

use describe_instance::ec2_describe_instance;
use list_instances::ec2_list_instances;
use list_network::ec2_list_network;
use list_storage::ec2_list_storage;

tollgate_sdk::export!(tools: [ec2_list_instances, ec2_list_storage, ec2_list_network, ec2_describe_instance]);
