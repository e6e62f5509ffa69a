using TraceFast.Constraints;

namespace TraceFast.Synthesis.FromResponses.Observers;

/// <summary>
/// Reads constraints of one family off two answers to one prompt: what the first does and the other does not, with room to spare, said as somebody would ask for it.
/// The check decides in the end; an observer only has to propose what is natural.
/// </summary>
internal abstract class Observer
{
    public static IReadOnlyList<Observer> All { get; } =
        [new LengthObserver(), new SentenceObserver(), new ParagraphObserver(), new ListObserver(), new MarkupObserver(), new MarkObserver(), new KeywordObserver(), new PartObserver()];

    /// <summary>At most one constraint of a family stands in one instruction.</summary>
    public abstract string Family { get; }

    public abstract IEnumerable<Constraint> Observe(AnswerShape own, AnswerShape other, Exchange exchange);

    protected static Constraint Of(string sort, params ReadOnlySpan<(string Name, object? Value)> arguments) => new(Sorts.Get(sort), Arguments.Of(arguments));

    protected static Constraint About(Scope part, string sort, params ReadOnlySpan<(string Name, object? Value)> arguments) => new(Sorts.Get(sort), Arguments.Of(arguments), part);
}
