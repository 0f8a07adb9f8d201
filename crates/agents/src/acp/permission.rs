//! Permissions: an agent's request as people read it, and their decision as the agent does.

use antiphon_protocol::{
    Ask, Decision, Role, UserId,
    approval::{AskKind, DecisionAction, DecisionCause, DefaultAction, Eligible, Scope},
};
use serde_json::{Value, json};

use super::words::{
    AskPermission, Choice, ChoiceKind, ToolNews, is_small, outcome_cancelled, outcome_selected,
};

/// Field of a question's answer that holds the choice.
const CHOICE: &str = "choice";

/// Who may decide: whoever caused the run, and who has a say in the room.
pub(super) fn eligible(asker: &UserId) -> Eligible {
    Eligible { role: Some(Role::Admin), users: vec![asker.clone()] }
}

/// The request, for people. Where not everyone may see what tools are called with, `is_limited`, neither the question nor
/// the name of what may be allowed tells it.
pub(super) fn ask(asked: &AskPermission, eligible: Eligible, is_limited: bool) -> Ask {
    let tool = asked.tool.tool_name();
    let title = asked.tool.title().filter(|_| !is_limited);
    let (kind, schema) = if is_question(asked) {
        (AskKind::Question, Some(schema(&asked.choices)))
    } else {
        (AskKind::Permission, None)
    };
    // What is allowed for the whole session is this very thing, not whatever is of its kind.
    let thing = asked.tool.fingerprint();
    Ask {
        kind,
        prompt: title.clone().unwrap_or_else(|| format!("Use the tool {tool}")),
        tool_call: None,
        tool: Some(match title {
            Some(title) => format!("{tool}: {title} ({thing})"),
            None => format!("{tool} ({thing})"),
        }),
        arguments: arguments(&asked.tool).filter(|_| !is_limited),
        editable: false,
        schema,
        eligible,
        scopes: scopes(asked),
        default: DefaultAction::Deny,
    }
}

/// Nobody is to allow for good what they were asked for once, nor what nobody knows.
fn scopes(asked: &AskPermission) -> Vec<Scope> {
    let once = asked.first(ChoiceKind::AllowOnce).is_some() || asked.first(ChoiceKind::AllowAlways).is_none();
    let always = asked.first(ChoiceKind::AllowAlways).is_some() && asked.tool.raw_input.is_some();
    let offered = [(once || !always, Scope::Once), (always, Scope::Session)];
    offered.into_iter().filter_map(|(is_offered, scope)| is_offered.then_some(scope)).collect()
}

/// What people see of what it would do: what the tool is called with, or else what it would change.
fn arguments(tool: &ToolNews) -> Option<Value> {
    let changes = tool.output.as_ref().filter(|changes| tool.raw_input.is_none() && !changes.is_empty());
    let changes = changes.map(|changes| json!({ "changes": changes })).filter(is_small);
    changes.or_else(|| tool.arguments())
}

/// Two ways to say yes, or two to say no, of the same kind, are more than a yes or no. So is a yes for good to something of
/// which the agent does not say what it is: the room chooses that in the agent's own words, and nothing holds beyond it here.
fn is_question(asked: &AskPermission) -> bool {
    let is_repeated = |choice: &Choice| asked.first(choice.kind).is_some_and(|first| first.id != choice.id);
    let has = |kind| asked.first(kind).is_some();
    let is_blind =
        asked.tool.raw_input.is_none() && has(ChoiceKind::AllowAlways) && !has(ChoiceKind::AllowOnce);
    is_blind || asked.choices.iter().any(is_repeated)
}

fn schema(choices: &[Choice]) -> Value {
    let options: Vec<Value> =
        choices.iter().map(|choice| json!({"const": choice.id, "title": choice.name})).collect();
    json!({"type": "object", "properties": {CHOICE: {"type": "string", "oneOf": options}}, "required": [CHOICE]})
}

/// What the agent is answered, and whether it may go on with the tool.
pub(super) fn outcome(asked: &AskPermission, decision: &Decision) -> (Value, bool) {
    use ChoiceKind::{AllowAlways, AllowOnce, RejectAlways, RejectOnce};
    let lasts = decision.scope != Scope::Once && decision.cause == DecisionCause::Person;
    let order = match (decision.action, lasts) {
        (DecisionAction::Answer, _) => {
            let wanted = decision.content.as_ref().and_then(|content| content[CHOICE].as_str());
            let chosen = asked.choices.iter().find(|choice| Some(choice.id.as_str()) == wanted);
            return chosen.map_or_else(|| (outcome_cancelled(), false), selected);
        }
        (DecisionAction::Approve, false) => [AllowOnce, AllowAlways],
        (DecisionAction::Approve, true) => [AllowAlways, AllowOnce],
        (DecisionAction::Deny, false) => [RejectOnce, RejectAlways],
        (DecisionAction::Deny, true) => [RejectAlways, RejectOnce],
    };
    // An agent that left no way to say no is told that nobody answered.
    let chosen = order.into_iter().find_map(|kind| asked.first(kind));
    chosen.map_or_else(|| (outcome_cancelled(), false), selected)
}

/// What the agent is answered where nobody can be asked.
pub(super) fn refusal(asked: &AskPermission) -> Value {
    let no = asked.first(ChoiceKind::RejectOnce).or_else(|| asked.first(ChoiceKind::RejectAlways));
    no.map_or_else(outcome_cancelled, |choice| outcome_selected(&choice.id))
}

fn selected(choice: &Choice) -> (Value, bool) {
    let is_allowed = matches!(choice.kind, ChoiceKind::AllowOnce | ChoiceKind::AllowAlways);
    (outcome_selected(&choice.id), is_allowed)
}

/// A question of the agent's own, for people.
pub(super) fn question(message: String, schema: Value, eligible: Eligible) -> Ask {
    Ask {
        kind: AskKind::Question,
        prompt: message,
        tool_call: None,
        tool: None,
        arguments: None,
        editable: false,
        schema: Some(schema),
        eligible,
        scopes: vec![Scope::Once],
        default: DefaultAction::Deny,
    }
}

/// What the agent is answered to its own question.
pub(super) fn answer(decision: &Decision) -> Value {
    match (decision.action, &decision.content) {
        (DecisionAction::Answer, Some(content)) => json!({"action": "accept", "content": content}),
        _ if decision.cause == DecisionCause::Person => json!({"action": "decline"}),
        _ => json!({"action": "cancel"}),
    }
}

#[cfg(test)]
mod tests {
    use antiphon_protocol::Timestamp;

    use super::*;

    fn asked_with(kinds: &[(&str, &str)], tool: &Value) -> AskPermission {
        let options: Vec<Value> =
            kinds.iter().map(|(id, kind)| json!({"optionId": id, "name": id, "kind": kind})).collect();
        AskPermission::read(&json!({"toolCall": tool, "options": options})).unwrap()
    }

    fn asked(kinds: &[(&str, &str)]) -> AskPermission {
        let input = json!({"command": "npm test"});
        let tool = json!({"toolCallId": "t", "kind": "execute", "title": "npm test", "rawInput": input});
        asked_with(kinds, &tool)
    }

    fn mara() -> Eligible {
        eligible(&UserId::parse("mara").unwrap())
    }

    fn decision(action: DecisionAction, scope: Scope, cause: DecisionCause) -> Decision {
        let (by, at) = (UserId::parse("mara").unwrap(), Timestamp::from_millis(0));
        Decision { action, by, at, cause, reason: None, arguments: None, content: None, scope }
    }

    const ALL: &[(&str, &str)] =
        &[("ao", "allow_once"), ("aa", "allow_always"), ("ro", "reject_once"), ("ra", "reject_always")];

    /// F6: what people decide is what the agent is told.
    #[test]
    fn a_decision_selects_the_option_that_means_it() {
        use DecisionAction::{Approve, Deny};
        use DecisionCause::{Deadline, Person, Standing};
        let one_way = &[("aa", "allow_always"), ("ra", "reject_always")];
        for (options, action, scope, cause, expected) in [
            (ALL, Approve, Scope::Once, Person, (outcome_selected("ao"), true)),
            (ALL, Approve, Scope::Session, Person, (outcome_selected("aa"), true)),
            // It was decided to hold; the agent need not be told to stop asking.
            (ALL, Approve, Scope::Session, Standing, (outcome_selected("ao"), true)),
            (ALL, Deny, Scope::Once, Person, (outcome_selected("ro"), false)),
            (ALL, Deny, Scope::Once, Deadline, (outcome_selected("ro"), false)),
            (ALL, Deny, Scope::Always, Person, (outcome_selected("ra"), false)),
            (one_way, Approve, Scope::Once, Person, (outcome_selected("aa"), true)),
            (&[("ao", "allow_once")], Deny, Scope::Once, Person, (outcome_cancelled(), false)),
        ] {
            assert_eq!(outcome(&asked(options), &decision(action, scope, cause)), expected);
        }
    }

    #[test]
    fn people_are_asked_for_this_very_thing() {
        let ask_all = ask(&asked(ALL), mara(), false);
        assert_eq!((ask_all.kind, ask_all.prompt.as_str()), (AskKind::Permission, "npm test"));
        assert!(ask_all.tool.unwrap().starts_with("execute: npm test ("));
        let change = json!([{"type": "diff", "path": "/a", "newText": "b"}]);
        let change = asked_with(ALL, &json!({"toolCallId": "t", "title": "npm test", "content": change}));
        assert_eq!(ask(&change, mara(), false).arguments, Some(json!({"changes": "--- /a, line 1\n+b"})));
        assert_eq!(ask_all.scopes, [Scope::Once, Scope::Session]);
        assert_eq!(
            ask(&asked(&[("a", "allow_once"), ("r", "reject_once")]), mara(), false).scopes,
            [Scope::Once]
        );
        assert_eq!(
            ask(&asked(&[("a", "allow_always"), ("r", "reject_once")]), mara(), false).scopes,
            [Scope::Session]
        );
    }

    /// F6: an agent that does not say what its tool is called with could ask for anything the next time.
    #[test]
    fn nothing_is_allowed_for_good_that_nobody_knows() {
        let tool = json!({"toolCallId": "t", "kind": "execute", "title": "npm test"});
        let blind = ask(&asked_with(ALL, &tool), mara(), false);
        assert_eq!((blind.kind, &blind.scopes[..]), (AskKind::Permission, &[Scope::Once][..]));
        let for_good = [("a", "allow_always"), ("r", "reject_once")];
        let blind = ask(&asked_with(&for_good, &tool), mara(), false);
        assert_eq!((blind.kind, &blind.scopes[..]), (AskKind::Question, &[Scope::Once][..]));
    }

    #[test]
    fn what_is_limited_is_asked_about_without_its_words() {
        let ask = ask(&asked(ALL), mara(), true);
        assert_eq!((ask.prompt.as_str(), &ask.arguments), ("Use the tool execute", &None));
        let told = format!("{ask:?}");
        assert!(!told.contains("npm"), "{told}");
    }

    #[test]
    fn more_than_a_yes_and_a_no_is_a_question() {
        let asked = asked(&[("plan", "allow_once"), ("edit", "allow_once"), ("no", "reject_once")]);
        let question = ask(&asked, mara(), false);
        assert_eq!(question.kind, AskKind::Question);
        let mut decision = decision(DecisionAction::Answer, Scope::Once, DecisionCause::Person);
        for (choice, expected) in [
            (json!({"choice": "edit"}), (outcome_selected("edit"), true)),
            (json!({"choice": "no"}), (outcome_selected("no"), false)),
            (json!({"choice": "invented"}), (outcome_cancelled(), false)),
        ] {
            decision.content = Some(choice);
            assert_eq!(outcome(&asked, &decision), expected);
        }
        decision.action = DecisionAction::Deny;
        assert_eq!(outcome(&asked, &decision), (outcome_selected("no"), false));
    }
}
