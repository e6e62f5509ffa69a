using TraceFast.Constraints;
using TraceFast.Constraints.Text;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>Marks that one answer uses and the other does not: exclamation marks, questions, emoji.</summary>
internal sealed class MarkObserver : Observer
{
    public override string Family => "marks";

    public override IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange)
    {
        if (exchange.Demands.IsClosed || exchange.Demands.IsCode)
            yield break;
        if (!exchange.Demands.Style)
        {
            foreach ((string sort, string marks) in new[] { ("exclamation_count", "!！"), ("question_count", "?？") })
            {
                int a = own.Response.Text.Count(marks.Contains), b = other.Response.Text.Count(marks.Contains);
                if (a == 0 && b >= 1 && (sort == "question_count" || !exchange.Prompt.Any(marks.Contains)))
                    yield return Of(sort, ("max", 0));
                if (a >= 1 && b == 0)
                    yield return Of(sort, ("min", 1));
            }

            int emoji = Emoji.Count(own.Response.Text), otherEmoji = Emoji.Count(other.Response.Text);
            if (emoji > 0 && otherEmoji == 0)
                yield return Of("emoji_count", ("min", 1));
            if (emoji == 0 && otherEmoji > 0)
                yield return Of("emoji_count", ("max", 0));
        }
    }
}
