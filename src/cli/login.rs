//! The login name, for the log of decisions: what the environment says, else
//! what the system knows about the user of this process. Services and
//! containers often have no `USER`, and "unknown" helps nobody later.

/// The login name, or `unknown`.
pub(super) fn name() -> String {
    [std::env::var("USER"), std::env::var("LOGNAME")]
        .into_iter()
        .flatten()
        .find(|name| !name.trim().is_empty())
        .or_else(of_process)
        .unwrap_or_else(|| "unknown".into())
}

/// Where there is `/proc`, it belongs to whoever runs the process.
#[cfg(unix)]
fn of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let uid = std::fs::metadata("/proc/self").ok()?.uid();
    named(&std::fs::read_to_string("/etc/passwd").ok()?, uid)
}

#[cfg(not(unix))]
fn of_process() -> Option<String> {
    std::env::var("USERNAME").ok()
}

/// The name of a user id in the lines of `/etc/passwd`.
#[cfg(unix)]
fn named(passwd: &str, uid: u32) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid) && !name.is_empty()).then(|| name.to_owned())
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_user_id() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\n\nines:x:1000:100::/home/ines:/bin/sh\n";
        assert_eq!(named(passwd, 1000).as_deref(), Some("ines"));
        assert_eq!(named(passwd, 100), None);
    }
}
