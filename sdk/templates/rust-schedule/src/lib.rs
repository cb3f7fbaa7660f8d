// NewPlugin: linear rise, then a decay that slows down; a schedule to begin with. Change value().
use posehost_sdk as ph;

ph::args! {
    struct MyArgs {
        rise_iters: i64 = 10, at_least 0, "iterations of linear rise";
        decay: f64 = 0.01, at_least 0, "the value halves after 1 / decay more";
    }
}

struct NewPlugin {
    args: MyArgs,
}

impl ph::Schedule for NewPlugin {
    const NAME: &'static str = "NewPlugin";
    const DOC: &'static str = "linear rise, then a decay that slows down";
    type Args = MyArgs;

    fn new(args: MyArgs, _host: ph::Host) -> Result<Self, ph::Failure> {
        Ok(Self { args })
    }

    // Once, before the run: what makes no sense for a run of this length.
    fn check(&self, run: &ph::SchedulePoint) -> Result<(), ph::Failure> {
        if self.args.rise_iters > run.max_iters {
            return Err(ph::Failure::invalid(format!(
                "rise_iters is {}; expected at most {}, the length of the run",
                self.args.rise_iters, run.max_iters
            )));
        }
        Ok(())
    }

    // Any thread, in any order: a resumed run and a plot must get the same answer.
    fn value(&self, at: &ph::SchedulePoint) -> f64 {
        let (iter, rise) = (at.iter as f64, self.args.rise_iters as f64);
        if iter < rise {
            return at.base * (iter + 1.0) / rise;
        }
        at.base / (1.0 + self.args.decay * (iter - rise))
    }
}

ph::plugin! {
    id: "org.example.new_plugin",
    version: "0.1.0",
    license: "MIT",
    author: "",
    components: [schedule NewPlugin],
}
