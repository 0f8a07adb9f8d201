//! Who may do what, in one place. Inside a transaction the store checks the same again, so that a membership that is
//! lost meanwhile does not count.

use antiphon_protocol::{Error, ErrorCode, Role};

/// Reading: history, search, members, joining.
pub(crate) const READ: Role = Role::Viewer;
/// Writing: messages, reactions, signals, stopping what one caused.
pub(crate) const WRITE: Role = Role::Member;
/// Order: inviting, removing, renaming, deleting others' messages, stopping anyone's run.
pub(crate) const MODERATE: Role = Role::Admin;

/// A role as the wire writes it.
pub(super) fn name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Member => "member",
        Role::Admin => "admin",
        Role::Owner => "owner",
    }
}

/// Whether someone with `mine` may turn `current` (nothing: not a member yet) into `wanted`. Owners may do all;
/// others touch only those below them, and lift them no higher than themselves.
pub(super) fn may_give(mine: Role, current: Option<Role>, wanted: Role) -> Result<(), Error> {
    let outranks = current.is_none_or(|current| current < mine);
    if mine == Role::Owner || (outranks && wanted <= mine) {
        return Ok(());
    }
    Err(Error::new(ErrorCode::Forbidden, "you can change members below your own role only, and not above it"))
}

#[cfg(test)]
mod tests {
    use antiphon_protocol::Role::*;

    use super::*;

    /// FAULTS: no one lifts anyone, themselves included, above their own role.
    #[test]
    fn nobody_gives_more_than_they_have() {
        assert!(may_give(Owner, Some(Owner), Viewer).is_ok());
        assert!(may_give(Admin, None, Admin).is_ok());
        assert!(may_give(Admin, Some(Member), Admin).is_ok());
        assert!(may_give(Admin, Some(Member), Owner).is_err());
        assert!(may_give(Admin, Some(Admin), Member).is_err());
        assert!(may_give(Admin, Some(Owner), Member).is_err());
    }
}
