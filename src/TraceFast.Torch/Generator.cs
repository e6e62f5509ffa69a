using TraceFast.Torch.Native;

namespace TraceFast.Torch;

public static partial class torch
{
    /// <summary>Seeds the default generators of every device.</summary>
    /// <returns>The CPU's default generator.</returns>
    public static Generator manual_seed(long seed) => random.manual_seed(seed);

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    public static class random
    {
        public static Generator manual_seed(long seed)
        {
            NativeMethods.Check(NativeMethods.tracefast_manual_seed(unchecked((ulong)seed)));
            return Generator.Default;
        }

        public static Tensor get_rng_state()
        {
            using Generator generator = Generator.Default;
            return generator.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using Generator generator = Generator.Default;
            generator.set_state(new_state);
        }
    }

    /// <summary>A source of random numbers whose state can be saved and restored.</summary>
    public class Generator : IDisposable
    {
        internal GeneratorHandle SafeHandle { get; }

        /// <summary>The native at::Generator*.</summary>
        public IntPtr Handle => SafeHandle.Pointer;

        public Device device { get; private set; }

        public unsafe Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            nint generator;
            NativeMethods.Check(NativeMethods.tracefast_generator_new((int)this.device.type, this.device.index, seed, &generator));
            SafeHandle = new GeneratorHandle(generator);
        }

        private Generator(nint generator)
        {
            device = CPU;
            SafeHandle = new GeneratorHandle(generator);
        }

        /// <summary>The CPU's default generator.</summary>
        public static unsafe Generator Default
        {
            get
            {
                nint generator;
                NativeMethods.Check(NativeMethods.tracefast_generator_default((int)DeviceType.CPU, -1, &generator));
                return new Generator(generator);
            }
        }

        public unsafe Tensor get_state()
        {
            nint state = 0;
            Use(g => { nint s; int status = NativeMethods.tracefast_generator_get_state(g, &s); state = s; return status; });
            return new Tensor(state);
        }

        /// <param name="value">What <see cref="get_state"/> gave: a uint8 tensor on the CPU.</param>
        public void set_state(Tensor value)
        {
            nint state = value.SafeHandle.Acquire();
            try
            {
                Use(g => NativeMethods.tracefast_generator_set_state(g, state));
            }
            finally
            {
                value.SafeHandle.DangerousRelease();
            }
        }

        public Generator manual_seed(long seed)
        {
            Use(g => NativeMethods.tracefast_generator_manual_seed(g, unchecked((ulong)seed)));
            return this;
        }

        /// <summary>Seeds from the operating system and returns the seed.</summary>
        public unsafe long seed()
        {
            ulong seed = 0;
            Use(g => { ulong s; int status = NativeMethods.tracefast_generator_seed(g, &s); seed = s; return status; });
            return unchecked((long)seed);
        }

        public unsafe long initial_seed()
        {
            ulong seed = 0;
            Use(g => { ulong s; int status = NativeMethods.tracefast_generator_initial_seed(g, &s); seed = s; return status; });
            return unchecked((long)seed);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing)
        {
            if (disposing)
                SafeHandle.Dispose();
        }

        private void Use(Func<nint, int> call)
        {
            nint generator = SafeHandle.Acquire();
            try
            {
                NativeMethods.Check(call(generator));
            }
            finally
            {
                SafeHandle.DangerousRelease();
            }
        }
    }
}
