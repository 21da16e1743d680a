//! The tests of wat-edn, one module per subject.

#[path = "it/canon.rs"]
mod canon;
#[path = "it/deep.rs"]
mod deep;
#[path = "it/frame.rs"]
mod frame;
#[path = "it/instant.rs"]
mod instant;
#[path = "it/json.rs"]
mod json;
#[path = "it/order.rs"]
mod order;
#[path = "it/properties.rs"]
mod properties;
#[path = "it/read.rs"]
mod read;
#[path = "it/scalar.rs"]
mod scalar;
#[path = "it/values.rs"]
mod values;
#[path = "it/write.rs"]
mod write;
