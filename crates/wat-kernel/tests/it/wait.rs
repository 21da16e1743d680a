//! The wait set: one suite, both backends.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wat_kernel::{Backend, Doorbell, Exit, Fd, Fork, Temporary, WaitSet, Watched, open_file, pipe};

/// Runs a test with each backend that the system has.
fn both(test: impl Fn(&dyn Fn(usize) -> WaitSet)) {
    test(&|capacity| {
        let set = WaitSet::new(capacity);
        assert_eq!(set.capacity(), capacity);
        set
    });
    test(&|capacity| {
        let set = WaitSet::polling(capacity);
        assert_eq!((set.capacity(), set.backend()), (capacity, Backend::Poll));
        set
    });
}

fn soon() -> Option<Instant> {
    Some(Instant::now() + Duration::from_secs(20))
}

#[test]
fn what_is_readable_is_told_and_nothing_else() {
    both(|set| {
        let pipes: Vec<(Fd, Fd)> = (0..7).map(|_| pipe().unwrap()).collect();
        let fds: Vec<i32> = pipes.iter().map(|(_, reader)| reader.raw()).collect();
        let mut set = set(8);
        assert_eq!(set.wait(&fds, Some(Instant::now())).unwrap(), []);
        pipes[4].0.write_all(b"x").unwrap();
        assert_eq!(set.wait(&fds, soon()).unwrap(), [4]);
        pipes[1].0.write_all(b"x").unwrap();
        assert_eq!(set.wait(&fds, None).unwrap(), [1, 4]);
        pipes[4].1.read(&mut [0]).unwrap();
        assert_eq!(set.wait(&fds, None).unwrap(), [1]);
        assert_eq!(set.wait(&fds[..1], Some(Instant::now())).unwrap(), []);
    });
}

#[test]
fn a_look_tells_what_is_readable_now_and_never_waits() {
    both(|set| {
        let pipes: Vec<(Fd, Fd)> = (0..7).map(|_| pipe().unwrap()).collect();
        let fds: Vec<Watched> = pipes.iter().map(|(_, reader)| reader.watched()).collect();
        let mut set = set(8);
        // From the second time on registrations may be kept.
        for _ in 0..3 {
            assert_eq!(set.look(&fds).unwrap(), []);
        }
        pipes[4].0.write_all(b"x").unwrap();
        pipes[1].0.write_all(b"x").unwrap();
        assert_eq!(set.look(&fds).unwrap(), [1, 4]);
        assert_eq!(set.watch(&fds, soon()).unwrap(), [1, 4]);
        pipes[4].1.read(&mut [0]).unwrap();
        assert_eq!(set.look(&fds).unwrap(), [1]);
        assert_eq!(set.look(&fds[4..]).unwrap(), []);
        let many: Vec<Watched> = (0..9).map(|_| fds[0]).collect();
        assert!(set.look(&many).is_err());
    });
}

#[test]
fn an_end_is_ready_and_so_is_a_closed_descriptor() {
    both(|set| {
        let ((first, one), (_second, two)) = (pipe().unwrap(), pipe().unwrap());
        let mut set = set(4);
        drop(first);
        assert_eq!(set.wait(&[one.raw(), two.raw()], soon()).unwrap(), [0]);
        let gone = {
            let (_, reader) = pipe().unwrap();
            reader.raw()
        };
        // Nobody else may have opened the number meanwhile; one that is open has nothing to read.
        let ready = set.wait(&[gone], Some(Instant::now())).unwrap();
        assert!(ready.len() <= 1);
    });
}

#[test]
fn a_socket_is_told_as_a_pipe_is() {
    both(|set| {
        let (mut ours, mut theirs) = UnixStream::pair().unwrap();
        let (_writer, reader) = pipe().unwrap();
        let fds = [reader.raw(), theirs.as_raw_fd()];
        let mut set = set(4);
        for _ in 0..3 {
            assert_eq!(set.wait(&fds, Some(Instant::now())).unwrap(), []);
            ours.write_all(b"x").unwrap();
            assert_eq!(set.wait(&fds, soon()).unwrap(), [1]);
            theirs.read_exact(&mut [0]).unwrap();
        }
        drop(ours);
        assert_eq!(set.wait(&fds, soon()).unwrap(), [1]);
    });
}

#[test]
fn a_deadline_is_never_early() {
    both(|set| {
        let (_writer, reader) = pipe().unwrap();
        let mut set = set(2);
        for millis in [0, 1, 20] {
            let until = Instant::now() + Duration::from_millis(millis);
            assert_eq!(set.wait(&[reader.raw()], Some(until)).unwrap(), []);
            assert!(Instant::now() >= until);
        }
    });
}

#[test]
fn a_doorbell_wakes_a_thread_that_waits() {
    both(|set| {
        let bell = Arc::new(Doorbell::new());
        let fd = bell.descriptor().unwrap();
        let mut set = set(2);
        for _ in 0..200 {
            let other = bell.clone();
            let thread = std::thread::spawn(move || other.ring());
            assert_eq!(set.wait(&[fd], soon()).unwrap(), [0]);
            thread.join().unwrap();
            bell.absorb();
            assert_eq!(set.wait(&[fd], Some(Instant::now())).unwrap(), []);
        }
    });
}

#[test]
fn every_capacity_is_exact() {
    let mut capacity = 2;
    while capacity <= 1024 {
        both(|set| drop(set(capacity)));
        capacity *= 2;
    }
}

#[test]
fn a_full_set_waits_for_all() {
    both(|set| {
        let pipes: Vec<(Fd, Fd)> = (0..64).map(|_| pipe().unwrap()).collect();
        let fds: Vec<i32> = pipes.iter().map(|(_, reader)| reader.raw()).collect();
        let mut set = set(64);
        for round in 0..200 {
            let index = (round * 37) % 64;
            pipes[index].0.write_all(b"x").unwrap();
            assert_eq!(set.wait(&fds, soon()).unwrap(), [index]);
            pipes[index].1.read(&mut [0]).unwrap();
        }
        assert!(set.wait(&[fds[0]; 65], soon()).is_err());
    });
}

#[test]
fn a_child_makes_its_own_and_the_parents_stays_whole() {
    both(|set| {
        let (writer, reader) = pipe().unwrap();
        let parents = set(2);
        let bell = Doorbell::new();
        let old = bell.descriptor().unwrap();
        let forked = Fork::new()
            .run(|_| {
                let inherited = !parents.is_ours();
                // What numbers its descriptors had is this process's affair.
                let own: Vec<(Fd, Fd)> = (0..64).map(|_| pipe().unwrap()).collect();
                drop(parents);
                for (to, from) in &own {
                    to.write_all(b"x").unwrap();
                    assert_eq!(from.read(&mut [0; 2]).unwrap(), 1);
                }
                // Ringing what was inherited reaches nobody.
                bell.ring();
                let (tx, rx) = pipe().unwrap();
                tx.write_all(b"x").unwrap();
                let found = WaitSet::new(2).wait(&[rx.raw()], None).unwrap();
                let fresh = bell.descriptor().unwrap();
                bell.ring();
                let rung = WaitSet::new(2).wait(&[fresh], None).unwrap();
                i32::from(!(inherited && found == [0] && rung == [0]))
            })
            .unwrap();
        assert_eq!(forked.child.wait().unwrap(), Exit::Code(0));
        let mut again = set(2);
        assert_eq!(
            again
                .wait(&[old, reader.raw()], Some(Instant::now()))
                .unwrap(),
            []
        );
        writer.write_all(b"x").unwrap();
        assert_eq!(again.wait(&[old, reader.raw()], soon()).unwrap(), [1]);
    });
}

#[test]
fn rebuilding_leaves_no_descriptor() {
    let forked = Fork::new()
        .run(|_| {
            let count = || std::fs::read_dir("/proc/self/fd").unwrap().count();
            let before = count();
            for round in 0..500 {
                drop(WaitSet::new(if round % 2 == 0 { 4 } else { 512 }));
            }
            i32::from(count() != before)
        })
        .unwrap();
    assert_eq!(forked.child.wait().unwrap(), Exit::Code(0));
}

/// So few that each of them is looked at, and so many that registrations are.
const FEW_AND_MANY: [usize; 2] = [4, 15];

/// Waits as those do who come again when nothing was ready.
fn watch(set: &mut WaitSet, fds: &[Watched]) -> Vec<usize> {
    let until = soon();
    let waits = (0..100).map(|_| set.watch(fds, until).unwrap());
    // Nothing is left to wait for once the time is up.
    let mut told = waits.take_while(|ready| !ready.is_empty() || now() < until);
    told.find(|ready| !ready.is_empty())
        .expect("something is ready")
}

fn watched(pipes: &[(Fd, Fd)]) -> Vec<Watched> {
    pipes.iter().map(|(_, reader)| reader.watched()).collect()
}

fn now() -> Option<Instant> {
    Some(Instant::now())
}

#[test]
fn what_is_waited_for_again_is_told_each_time() {
    both(|set| {
        let mut pipes: Vec<(Fd, Fd)> = (0..31).map(|_| pipe().unwrap()).collect();
        let mut set = set(32);
        for round in 0..400 {
            let count = pipes.len();
            let (one, other) = (round * 37 % count, round * 11 % count);
            // Some are exchanged, some change places, and some numbers come back.
            if round % 5 == 0 {
                pipes.swap(one, other);
            }
            if round % 7 == 0 {
                pipes[one] = pipe().unwrap();
            }
            if round % 50 == 0 {
                pipes = (0..31).map(|_| pipe().unwrap()).collect();
            }
            let fds = watched(&pipes);
            assert_eq!(set.watch(&fds, now()).unwrap(), []);
            pipes[one].0.write_all(b"xy").unwrap();
            assert_eq!(watch(&mut set, &fds), [one]);
            // What was not read is told again.
            pipes[one].1.read(&mut [0]).unwrap();
            assert_eq!(watch(&mut set, &fds), [one]);
            pipes[other].0.write_all(b"x").unwrap();
            let (low, high) = (one.min(other), one.max(other));
            let both = if low == high {
                vec![low]
            } else {
                vec![low, high]
            };
            assert_eq!(watch(&mut set, &fds), both);
            pipes[one].1.read(&mut [0; 8]).unwrap();
            if one != other {
                pipes[other].1.read(&mut [0; 8]).unwrap();
            }
        }
    });
}

#[test]
fn a_reader_that_was_waited_for_is_gone_when_it_is_closed() {
    both(|set| {
        for count in FEW_AND_MANY {
            let mut pipes: Vec<(Fd, Fd)> = (0..count).map(|_| pipe().unwrap()).collect();
            let mut set = set(16);
            let fds = watched(&pipes);
            for _ in 0..3 {
                assert_eq!(set.watch(&fds, now()).unwrap(), []);
            }
            let (writer, reader) = pipes.remove(2);
            // Another thread closes it, and the set is not used any more.
            std::thread::spawn(move || drop(reader)).join().unwrap();
            // A child that another test forks right now has the reader too, until it closes what is not its own.
            let limit = Instant::now() + Duration::from_secs(60);
            let lost = loop {
                match writer.write_all(b"x") {
                    Err(lost) => break lost,
                    Ok(()) => assert!(Instant::now() < limit, "the reader stays open"),
                }
                std::thread::park_timeout(Duration::from_millis(1));
            };
            assert_eq!(lost.kind(), std::io::ErrorKind::BrokenPipe);
            // Mostly the number is another pipe's now, of which the set has to know.
            let (late, reader) = pipe().unwrap();
            late.write_all(b"x").unwrap();
            pipes.insert(2, (late, reader));
            let fds = watched(&pipes);
            assert_eq!(watch(&mut set, &fds), [2]);
            assert_eq!(watch(&mut set, &fds), [2]);
        }
    });
}

#[test]
fn a_reader_that_a_child_keeps_open_does_not_disturb_its_parents_set() {
    both(|set| {
        for count in FEW_AND_MANY {
            let mut pipes: Vec<(Fd, Fd)> = (0..count).map(|_| pipe().unwrap()).collect();
            let mut set = set(16);
            let fds = watched(&pipes);
            for _ in 0..3 {
                assert_eq!(set.watch(&fds, now()).unwrap(), []);
            }
            // Somebody else has the file of the fourth one, as a child that inherited it would.
            // SAFETY: plain numbers; the new descriptor is wrapped at once.
            let _other = unsafe { Fd::from_raw(libc::dup(pipes[3].1.raw())) }.unwrap();
            let (writer, reader) = pipes.remove(3);
            drop(reader);
            writer.write_all(b"x").unwrap();
            let fds = watched(&pipes);
            // It wakes a wait once, if at all.
            let until = Instant::now() + Duration::from_millis(20);
            let waits = (0..100).take_while(|_| {
                assert_eq!(set.watch(&fds, Some(until)).unwrap(), []);
                Instant::now() < until
            });
            assert!(waits.count() < 10);
            pipes[1].0.write_all(b"x").unwrap();
            for _ in 0..3 {
                assert_eq!(watch(&mut set, &fds), [1]);
            }
        }
    });
}

#[test]
fn an_arm_that_has_left_wakes_nobody_and_is_told_when_it_is_back() {
    both(|set| {
        for count in FEW_AND_MANY {
            let pipes: Vec<(Fd, Fd)> = (0..count).map(|_| pipe().unwrap()).collect();
            let mut set = set(16);
            let all = watched(&pipes);
            let mut others = all.clone();
            others.remove(2);
            for _ in 0..3 {
                assert_eq!(set.watch(&all, now()).unwrap(), []);
            }
            assert_eq!(set.watch(&others, now()).unwrap(), []);
            pipes[2].0.write_all(b"x").unwrap();
            let until = Instant::now() + Duration::from_millis(5);
            assert_eq!(set.watch(&others, Some(until)).unwrap(), []);
            assert!(Instant::now() >= until);
            pipes[2].1.read(&mut [0]).unwrap();
            assert_eq!(set.watch(&all, now()).unwrap(), []);
            pipes[2].0.write_all(b"x").unwrap();
            assert_eq!(watch(&mut set, &all), [2]);
        }
    });
}

#[test]
fn files_descriptors_that_are_waited_for_twice_and_closed_ones_are_waited_for_too() {
    both(|set| {
        let pipes: Vec<(Fd, Fd)> = (0..5).map(|_| pipe().unwrap()).collect();
        let mut set = set(8);
        let mut fds = watched(&pipes);
        fds.push(fds[1]);
        for _ in 0..3 {
            assert_eq!(set.watch(&fds, now()).unwrap(), []);
        }
        pipes[1].0.write_all(b"x").unwrap();
        for _ in 0..3 {
            assert_eq!(watch(&mut set, &fds), [1, 5]);
        }
        pipes[1].1.read(&mut [0]).unwrap();
        let place = Temporary::file().unwrap();
        let file = open_file(place.path()).unwrap();
        fds[5] = file.watched();
        for _ in 0..3 {
            assert_eq!(watch(&mut set, &fds), [5]);
        }
        fds[5] = pipe().unwrap().1.watched();
        for _ in 0..3 {
            let ready = set.watch(&fds, now()).unwrap();
            assert!(ready.iter().all(|index| *index == 5));
        }
    });
}
