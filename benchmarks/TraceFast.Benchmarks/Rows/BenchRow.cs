using TraceFast.Benchmarks.Decode;
using TraceFast.Benchmarks.Kernels;
using TraceFast.Benchmarks.Step;
using TraceFast.Data.Progress;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sessions;
using TraceFast.Kernels;
using TraceFast.Models;
using TraceFast.Models.Config;
using TraceFast.Training.Loop;
using TraceFast.Training.Packing;

namespace TraceFast.Benchmarks.Rows;

/// <summary>The work of a row, ready to be done again and again.</summary>
internal abstract class BenchRow : IDisposable
{
    public const string Step = "step", Decode = "decode", TreeAttention = "tree_attention", LinearLogProb = "linear_log_prob",
        StartUp = "start-up";

    private const int Threads = 1;

    /// <summary>All of them, in the order in which they are measured.</summary>
    public static IReadOnlyList<string> Names { get; } = [StartUp, TreeAttention, LinearLogProb, Step, Decode];

    /// <summary>What an iteration must do.</summary>
    public abstract Cost Cost { get; }

    /// <summary>Tokens that an iteration computes.</summary>
    public abstract long Tokens { get; }

    /// <summary>Whether libtorch computes it.</summary>
    public virtual bool UsesTensors => true;

    /// <summary>One iteration, on one thread.</summary>
    public abstract void Run();

    public abstract void Dispose();

    /// <exception cref="Data.InputException">The model does not load.</exception>
    public static BenchRow Create(string name, RowsOptions options, CancellationToken cancellation) => name switch
    {
        Step => new StepRow(options.ModelFolder, Threads, cancellation),
        Decode => new DecodeRow(options.ModelFolder, options.ExportedFolder(), Threads, cancellation),
        // models/demo's widths, and so few tokens and words that the operands stay in a core's cache: what neighbors do to the memory is noise.
        TreeAttention => new KernelRow(
            name, BenchedShape.Demo with { Quads = 1, Quad = new QuadLength(10, 12, 10, 12) }, s => s.Tokens, calls: 15),
        LinearLogProb => new KernelRow(name, BenchedShape.Demo with { Quads = 1, Vocabulary = 512 }, s => s.Labels, calls: 4),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "is not a row that can be done again"),
    };

    /// <summary>An optimizer step of IOPO with LoRA on a quad half as long as models/demo has them, float32: 10 ms.</summary>
    private sealed class StepRow : BenchRow
    {
        private const int Quads = 1, TokenBudget = 4096, Seed = 0;

        private static readonly QuadLength s_quad = new(10, 12, 10, 12);

        private readonly Decoder _decoder;
        private readonly BenchmarkedStep _step;
        private readonly CancellationToken _cancellation;

        public StepRow(string model, int threads, CancellationToken cancellation)
        {
            _cancellation = cancellation;
            RunDevice.MakeDeterministic(torch.CPU, threads, threads);
            _decoder = Decoder.Load(model, new DecoderOptions { ComputeDtype = torch.ScalarType.Float32, Kernels = KernelSet.Cpu });
            try
            {
                _step = new BenchmarkedStep(
                    _decoder, [.. Enumerable.Repeat(s_quad, Quads)], Quads, new PackingOptions(TokenBudget), Seed,
                    new SilentRunLog(), cancellation);
            }
            catch
            {
                _decoder.Dispose();
                throw;
            }
            Cost = _step.CostOf(_step.Records);
        }

        public override Cost Cost { get; }

        public override long Tokens => (BenchedShape.Demo with { Quads = Quads, Quad = s_quad }).Tokens;

        public override void Run() => _step.Run(0, _cancellation);

        public override void Dispose()
        {
            _step.Dispose();
            _decoder.Dispose();
        }
    }

    /// <summary>Greedy decoding of a batch, by the exported model in float32.</summary>
    private sealed class DecodeRow : BenchRow
    {
        private const int Batch = 4, Seed = 0;

        private static readonly DecodeLength s_length = new(32, 16);

        private readonly OnnxDecoder _decoder;
        private readonly BenchmarkedDecode _work;
        private readonly CancellationToken _cancellation;

        public DecodeRow(string model, string exported, int threads, CancellationToken cancellation)
        {
            _cancellation = cancellation;
            Cost = DecodeCost.Of(DecoderConfig.Read(model), Batch, s_length, torch.ScalarType.Float32);
            _decoder = OnnxDecoder.Open(exported, new SessionSettings { Threads = threads });
            try
            {
                _work = new BenchmarkedDecode(
                    _decoder, new DecodeOptions { Batch = Batch, Threads = threads }, [.. Enumerable.Repeat(s_length, Batch)], Seed);
            }
            catch
            {
                _decoder.Dispose();
                throw;
            }
        }

        public override Cost Cost { get; }

        /// <summary>A prompt's tokens, and each new one but the last, which is not computed on.</summary>
        public override long Tokens => Batch * (s_length.Prompt + s_length.New - 1);

        public override bool UsesTensors => false;

        public override void Run() => _work.Run(_cancellation);

        public override void Dispose()
        {
            _work.Dispose();
            _decoder.Dispose();
        }
    }

    /// <summary>Forward and backward of one kernel, float32: so often that an iteration takes two milliseconds, as the control does.</summary>
    private sealed class KernelRow : BenchRow
    {
        private readonly DisposeScope _operands = torch.NewDisposeScope();
        private readonly KernelCall _call;
        private readonly int _calls;

        /// <param name="tokens">Rows of its main operand.</param>
        /// <param name="calls">Of an iteration.</param>
        public KernelRow(string name, BenchedShape shape, Func<BenchedShape, long> tokens, int calls)
        {
            _calls = calls;
            BenchedOperation operation = BenchedOperation.All.Single(o => o.Name == name);
            torch.random.manual_seed(0);
            _call = operation.Call(KernelSet.Cpu, new Operands(torch.ScalarType.Float32, torch.CPU), shape);
            Cost one = operation.ForwardAndBackward(shape, torch.ScalarType.Float32);
            Cost = new Cost(calls * one.Flops, calls * one.Bytes);
            Tokens = calls * tokens(shape);
        }

        public override Cost Cost { get; }

        public override long Tokens { get; }

        public override void Run()
        {
            for (int call = 0; call < _calls; call++)
            {
                using DisposeScope results = torch.NewDisposeScope();
                _call.Record().Differentiate();
            }
        }

        public override void Dispose()
        {
            _call.Dispose();
            _operands.Dispose();
        }
    }
}
