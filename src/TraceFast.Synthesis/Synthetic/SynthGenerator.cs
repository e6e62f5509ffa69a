using TraceFast.Constraints;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>
/// Synthetic quads: tasks about the topics of <see cref="TopicLibrary"/>, constraints sampled from the types that the writer can write,
/// answers written by construction. The quads of a seed are the same on any machine with any number of threads: each is sampled from its
/// own stream, and they come in the order of their numbers.
/// </summary>
/// <param name="options">How they are sampled.</param>
/// <param name="split">The held-out split; null: the training file.</param>
/// <param name="threads">How many sample at once.</param>
public sealed class SynthGenerator(SynthOptions options, HoldOutKind? split, int threads) : IQuadGenerator
{
    public const string Name = "synth";

    private readonly SynthScope _scope = new(options, split);

    /// <summary>Types that the writer can write.</summary>
    public static IReadOnlyList<ConstraintType> Writable { get; } = [.. ConstraintTypes.All.Where(t => t.IsRuleChecked)];

    public string Source => Name;

    /// <summary>Why no record of a language can be sampled; null: nothing speaks against it.</summary>
    public string? Fault => options.Languages.Select(_scope.Fault).FirstOrDefault(f => f is not null);

    /// <summary>Endless, unless no quad can be sampled at all: the caller stops when it has enough.</summary>
    public IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation) =>
        Make(new QuadFilter(), drops, cancellation).Select(q => q.Quad);

    /// <summary>The same, examined by the threads that sample them.</summary>
    public IEnumerable<ExaminedQuad> Make(QuadFilter filter, DropCounts drops, CancellationToken cancellation)
    {
        QuadSampler sampler = new(options, _scope);
        return InOrder.Sample(threads, drops, (index, own) => sampler.Sample(index, filter.Examine, own), cancellation);
    }

    /// <summary>Single instructions with their answers, from the same writer; checked too.</summary>
    public IEnumerable<SynthSample> MakeSft(DropCounts drops, CancellationToken cancellation)
    {
        SftSampler sampler = new(options, _scope);
        return InOrder.Sample(threads, drops, sampler.Sample, cancellation);
    }
}

/// <summary>How synthetic records are sampled.</summary>
public sealed record SynthOptions
{
    public ulong Seed { get; init; }

    /// <summary>Of the instructions; records take turns.</summary>
    public IReadOnlyList<Language> Languages { get; init; } = [Language.English, Language.Chinese];

    /// <summary>Fewest constraints of an instruction; numbers take turns from here to <see cref="MostConstraints"/>.</summary>
    public int FewestConstraints { get; init; } = 1;

    public int MostConstraints { get; init; } = 6;

    /// <summary>The types that instructions are made of, of <see cref="SynthGenerator.Writable"/>; null: all of these.</summary>
    public IReadOnlyCollection<ConstraintType>? Types { get; init; }

    public HoldOut HoldOut { get; init; } = HoldOut.Nothing;

    /// <summary>Answers of a sentence or two where no constraint asks for more, for small models.</summary>
    public bool IsBrief { get; init; }

    /// <summary>
    /// The probability with which an answer obeys a constraint that both instructions share; below 1 the answers are noisy, and each record
    /// says which constraints are broken.
    /// </summary>
    public double Obey { get; init; } = 1;

    /// <summary>
    /// The share of first answers that begin with a title that nobody asked for: a feature of the response alone, which a loss must not
    /// learn from.
    /// </summary>
    public double Confound { get; init; }

    /// <summary>
    /// The share of quads with a constraint that only a reader can judge, in both instructions; the answers are not written for it.
    /// </summary>
    public double Unchecked { get; init; }
}
