//! wat-analysis
