using TraceFast.Constraints.Counting;

namespace TraceFast.Constraints.Style;

/// <summary>capital_words{min,max}: words of two letters or more that are all capitals (NASA, NEVER; digits and inner marks aside).</summary>
public sealed class CapitalWordsSort : CountSort
{
    public override string Name => "capital_words";

    public override Category Kind => Category.LinguisticFeature;

    public override IReadOnlyList<Language> Languages { get; } = [Language.English];

    protected override CountUnit Unit { get; } = new("word in all capital letters", "words in all capital letters", "", "", "", CountForm.Inclusion);

    protected override int Count(Response response, TextSpan place)
    {
        int count = 0;
        foreach (TextSpan word in response.Words)
        {
            int upper = 0, lower = 0;
            foreach (char c in response.Span(word))
            {
                upper += char.IsUpper(c) ? 1 : 0;
                lower += char.IsLower(c) ? 1 : 0;
            }

            count += upper >= 2 && lower == 0 ? 1 : 0;
        }

        return count;
    }

    protected override (int Low, int High, int Step) Usual(Scope part, Language language) => (1, 5, 1);
}
