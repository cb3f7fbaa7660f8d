// NewPlugin: stochastic gradient descent with momentum, a rule to begin with. Change range().
use posehost_sdk as ph;

ph::args! {
    struct MyArgs {
        lr: f64 = required, role "lr", at_least 0, "step size";
        momentum: f64 = 0.9, role "momentum", at_least 0, below 1, "share kept a step";
        weight_decay: f64 = 0.0, role "weight_decay", at_least 0, "L2 penalty";
    }
}

struct NewPlugin;

impl ph::Optimizer for NewPlugin {
    const NAME: &'static str = "NewPlugin";
    const DOC: &'static str = "SGD with momentum";
    type Args = MyArgs;
    const N_SCALARS: usize = 3;

    fn new(_args: MyArgs, _host: ph::Host) -> Result<Self, ph::Failure> {
        Ok(Self)
    }

    // State per element, which the host allocates, saves and loads under this name.
    fn slots(&self) -> Vec<ph::Slot> {
        vec![ph::Slot::zeros("momentum_buffer")]
    }

    // What is equal for all elements, from hyper-parameters and step; in doubles, once.
    fn scalars(&self, hypers: &ph::Hypers, _step: i64, out: &mut [f64]) -> Result<(), ph::Failure> {
        out.copy_from_slice(&[hypers["lr"], hypers["momentum"], hypers["weight_decay"]]);
        Ok(())
    }

    // Several threads at once, for different spans.
    fn range<R: ph::Real>(&self, spans: ph::Spans<R>, scalars: &[R]) -> Result<(), ph::Failure> {
        let (lr, momentum, decay) = (scalars[0], scalars[1], scalars[2]);
        for span in spans {
            let (param, grad, [buffer]) = span.parts();
            for ((p, &g), m) in param.iter_mut().zip(grad).zip(buffer) {
                *m = momentum * *m + (g + decay * *p);
                *p -= lr * *m;
            }
        }
        Ok(())
    }
}

ph::plugin! {
    id: "org.example.new_plugin",
    version: "0.1.0",
    license: "MIT",
    author: "",
    components: [optimizer NewPlugin],
}
