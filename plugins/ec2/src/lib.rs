//! Tollgate tools for EC2.

mod list_instances;

use list_instances::ec2_list_instances;

tollgate_sdk::export!(tools: [ec2_list_instances]);
