using TraceFast.Data;

namespace TraceFast.Synthesis;

/// <summary>
/// One way of making quads: by the synthetic writer, from preference data, from SFT data, with a model. A maker yields what it believes to be quads, in an order that depends
/// on its input alone; <see cref="QuadSieve"/> checks each before it is written.
/// </summary>
public interface IQuadMaker
{
    /// <summary>"synth", "preference", "sft" or "model": what <see cref="Quad.Source"/> says.</summary>
    string Source { get; }

    /// <param name="drops">Gets what the maker itself gives up, by reason.</param>
    /// <param name="cancellation">Stops between two quads.</param>
    /// <exception cref="Data.InputException">The input can not be read; file:line.</exception>
    IEnumerable<Quad> Make(DropCounts drops, CancellationToken cancellation);
}
