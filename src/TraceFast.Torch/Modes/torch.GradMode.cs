using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    /// <summary>Until it is disposed, operations on this thread record no graph.</summary>
    public static IDisposable no_grad() => new AutoGradMode(false);

    public static IDisposable enable_grad(bool enabled = true) => new AutoGradMode(enabled);

    public static IDisposable set_grad_enabled(bool mode = true) => new AutoGradMode(mode);

    public static bool is_grad_enabled() => NativeMethods.tracefast_grad_mode() != 0;

    /// <summary>As <see cref="no_grad"/>, and the tensors made can never enter a graph.</summary>
    public static IDisposable inference_mode(bool mode = true) => new InferenceMode(mode);

    public static bool is_inference_mode_enabled() => NativeMethods.tracefast_inference_mode() != 0;

    private sealed class AutoGradMode : IDisposable
    {
        private readonly bool _outer = is_grad_enabled();

        internal AutoGradMode(bool enabled) => NativeMethods.tracefast_set_grad_mode(enabled ? 1 : 0);

        public void Dispose() => NativeMethods.tracefast_set_grad_mode(_outer ? 1 : 0);
    }

    private sealed class InferenceMode : IDisposable
    {
        private nint _guard;

        internal unsafe InferenceMode(bool mode)
        {
            nint guard;
            NativeMethods.Check(NativeMethods.tracefast_inference_guard(mode ? 1 : 0, &guard));
            _guard = guard;
        }

        public void Dispose() => NativeMethods.tracefast_inference_guard_free(Interlocked.Exchange(ref _guard, 0));
    }
}
