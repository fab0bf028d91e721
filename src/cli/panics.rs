//! What a panic may say. Its message is often made of what was being worked on: `str` slicing quotes the text, and an
//! `expect` the error. So only a message that stands in the source as it is is told, and the place.

use std::{any::Any, panic};

/// Has every panic of this process told in that way, instead of the standard library's.
pub fn tell_the_place() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, |place| format!(" at {place}"));
        let name = std::thread::current().name().unwrap_or("unnamed").to_owned();
        super::say(&format!("thread {name} panicked{place}: {}", words(info.payload())));
    }));
}

fn words(payload: &dyn Any) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("its message may name people, and is left out")
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write as _,
        process::{Command, Stdio},
    };

    use super::*;

    #[test]
    #[ignore = "the child of the test below"]
    fn child_that_panics_over_a_name() {
        let mut name = String::new();
        std::io::stdin().read_line(&mut name).unwrap();
        if !name.is_empty() {
            tell_the_place();
            panic!("there is no {name}");
        }
    }

    #[test]
    fn a_panic_over_a_name_tells_the_place_alone() {
        let module = module_path!().split_once("::").unwrap().1;
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--ignored", "--nocapture"])
            .arg(format!("{module}::child_that_panics_over_a_name"))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        writeln!(child.stdin.take().unwrap(), "Zoë Quillfeather").unwrap();
        let told = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
        assert!(told.contains(&format!(" panicked at {}:", file!())) && told.contains("may name people"), "{told}");
        assert!(!told.contains("Quill"), "{told}");
    }

    #[test]
    fn a_message_made_of_data_is_left_out() {
        let caught = panic::catch_unwind(|| "Zoë Quillfeather"[..3].len()).unwrap_err();
        assert!(
            caught.downcast_ref::<String>().is_some_and(|text| text.contains("Quill")),
            "else there is nothing to leave out"
        );
        assert!(!words(&*caught).contains("Quill"));
        let caught = panic::catch_unwind(|| panic!("the list is empty")).unwrap_err();
        assert_eq!(words(&*caught), "the list is empty");
    }
}
