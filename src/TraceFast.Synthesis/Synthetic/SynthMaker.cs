using TraceFast.Constraints;
using TraceFast.Synthesis.Writing;

namespace TraceFast.Synthesis.Synthetic;

/// <summary>
/// Synthetic quads: tasks about the topics of <see cref="TopicLibrary"/>, constraints drawn from the sorts that the writer can write, answers written by construction. The quads of a seed are
/// the same on any machine with any number of threads: each is drawn from its own stream, and they come in the order of their numbers.
/// </summary>
/// <param name="options">How they are drawn.</param>
/// <param name="split">The held-out split; null: the training file.</param>
/// <param name="threads">How many draw at once.</param>
public sealed class SynthMaker(SynthOptions options, HoldOutKind? split, int threads) : IQuadMaker
{
    public const string Name = "synth";

    private readonly SynthScope _scope = new(options, split);

    /// <summary>Sorts that the writer can write.</summary>
    public static IReadOnlyList<ConstraintType> Writable { get; } = [.. ConstraintTypes.All.Where(t => t.IsRuleChecked)];

    public string Source => Name;

    /// <summary>Why no record of a language can be drawn; null: nothing speaks against it.</summary>
    public string? Fault => options.Languages.Select(_scope.Fault).FirstOrDefault(f => f is not null);

    /// <summary>Endless, unless no quad can be drawn at all: the caller stops when it has enough.</summary>
    public IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation) => Make(new QuadSieve(), drops, cancellation).Select(q => q.Quad);

    /// <summary>The same, examined by the threads that draw them.</summary>
    public IEnumerable<ExaminedQuad> Make(QuadSieve sieve, DropCounts drops, CancellationToken cancellation)
    {
        QuadDrawer drawer = new(options, _scope);
        return InOrder.Draw(threads, drops, (index, own) => drawer.Draw(index, sieve.Examine, own), cancellation);
    }

    /// <summary>Single instructions with their answers, from the same writer; checked too.</summary>
    public IEnumerable<SynthSample> MakeSft(DropCounts drops, CancellationToken cancellation)
    {
        SftDrawer drawer = new(options, _scope);
        return InOrder.Draw(threads, drops, drawer.Draw, cancellation);
    }
}
