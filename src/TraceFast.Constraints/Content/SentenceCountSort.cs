using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Content;

/// <summary>sentence_count{min,max}: sentences that start in the answer or paragraph.</summary>
public sealed class SentenceCountSort : CountSort
{
    public override string Name => "sentence_count";

    public override Category Kind => Category.Numeric;

    public override IReadOnlyList<Scope> Parts { get; } = [Scope.Whole, Scope.FirstParagraph, Scope.LastParagraph, Scope.EachParagraph];

    protected override CountUnit Unit { get; } = new("sentence", "sentences", "句话", "句子数量", "完整的句子", CountForm.Structure);

    protected override int Count(Response response, TextSpan place) => response.CountSentences(place);

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => part == Scope.Whole ? (2, 7, 1) : (1, 3, 1);
}
