using System.Text.RegularExpressions;
using TraceFast.Constraints;
using TraceFast.Constraints.Sampling;
using TraceFast.Synthesis.FromResponses;
using TraceFast.Synthesis.FromResponses.Observers;

namespace TraceFast.Synthesis.FromSft.Edits;

/// <summary>A numbered list of so many items, or of fewer: the last items fall away. Not where the prompt or the lead-in says how many, nor for steps, where the end is the point.</summary>
internal sealed partial class FewerItems : Edit
{
    public override string Name => "fewer_items";

    public override EditedAnswers? Make(Exchange exchange, AnswerShape answer, SeededRandom random)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.Number || exchange.Demands.IsCode || Sequence().IsMatch(exchange.Prompt))
            return null;
        if (ListAnswer.Of(answer) is not { Items.Count: >= 4 and <= 12 } list || Counted().IsMatch(list.Intro) || Last().IsMatch(list.Items[^1]) || list.Items.Any(i => BackReference().IsMatch(i)))
            return null;
        int all = list.Items.Count, fewer = random.Between(Math.Max(2, all / 2), all - 1);
        return new(Of("numbered_list", ("min", all), ("max", all)), answer.Response.Text, Of("numbered_list", ("min", fewer), ("max", fewer)), list.Write(i => $"{i + 1}.", fewer));
    }

    [GeneratedRegex(@"\b(?:steps?|how to|procedure|process|instructions|recipe|make|build|install|guide|plan|timeline|history|rank|order|sequence|algorithm|days?|week|parts|components|types|stages|phases|causes|planets|months|seasons)\b|步骤|如何|怎么|怎样|流程|过程|制作|食谱|计划|顺序|时间|历史|组成|阶段|类型|分为|种类", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Sequence();

    [GeneratedRegex(@"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|several|all|both)\b|[一二两三四五六七八九十几][个种条项点步]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Counted();

    [GeneratedRegex(@"^(?:finally|lastly|overall|in conclusion|in summary)\b|^(?:最后|总之|综上)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Last();

    [GeneratedRegex(@"\b(?:next|then|finally|afterwards?|the above|previous|following|below)\b|然后|接着|随后|上述|以上|下面|接下来", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex BackReference();
}
