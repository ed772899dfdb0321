//! Untrusted text, made safe once.
