// SPDX-License-Identifier: MIT
// Stochastic gradient descent with momentum and L2 weight decay, in Rust.
use posehost_sdk as ph;

ph::args! {
    struct SgdArgs {
        lr: f64 = required, role "lr", at_least 0, "step size";
        momentum: f64 = 0.0, role "momentum", at_least 0, below 1, "share of the last step kept";
        weight_decay: f64 = 0.0, role "weight_decay", at_least 0, "L2 penalty, added to the gradient";
    }
}

struct SgdPlain;

impl ph::Optimizer for SgdPlain {
    const NAME: &'static str = "SgdPlain";
    const DOC: &'static str = "SGD with momentum, in Rust";
    type Args = SgdArgs;
    const N_SCALARS: usize = 3;

    fn new(_args: SgdArgs, _host: ph::Host) -> Result<Self, ph::Failure> {
        Ok(Self)
    }

    fn slots(&self) -> Vec<ph::Slot> {
        vec![ph::Slot::zeros("momentum_buffer")]
    }

    fn scalars(&self, hypers: &ph::Hypers, _step: i64, out: &mut [f64]) -> Result<(), ph::Failure> {
        out.copy_from_slice(&[hypers["lr"], hypers["momentum"], hypers["weight_decay"]]);
        Ok(())
    }

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
    id: "org.example.sgd_rust",
    version: "1.0.0",
    license: "MIT",
    author: "",
    components: [optimizer SgdPlain],
}
