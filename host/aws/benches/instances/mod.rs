//! An answer of `DescribeInstances`, written as EC2 writes it.

use std::fmt::Write as _;

/// One instance, in the order and with the white space of EC2.
const INSTANCE: &str = include_str!("../instance.xml");

/// The answer with so many instances, each in a reservation of its own.
pub(crate) fn answer(instances: usize) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeInstancesResponse \
         xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">\n    \
         <requestId>fdcdcab1-ae5c-489e-9c33-4637c5dda355</requestId>\n    <reservationSet>\n",
    );
    for number in 0..instances {
        let instance = INSTANCE.replace("{hex}", &format!("{number:017x}"));
        let instance =
            instance.replace("{a}", &(number / 250).to_string()).replace("{b}", &(number % 250).to_string());
        text.push_str(&instance);
    }
    let _ = write!(text, "    </reservationSet>\n</DescribeInstancesResponse>\n");
    text
}
