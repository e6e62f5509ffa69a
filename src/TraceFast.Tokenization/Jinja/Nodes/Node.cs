using System.Runtime.CompilerServices;

namespace TraceFast.Tokenization.Jinja;

/// <summary>Variables by name; a for loop, macro, with, call, filter or generation block has its own inside the outer one.</summary>
internal sealed class Scope(RenderState state, Scope? parent)
{
    private readonly Dictionary<string, object?> _variables = new(StringComparer.Ordinal);

    public RenderState State => state;

    public object? Lookup(string name)
    {
        for (Scope? scope = this; scope is not null; scope = scope.Parent)
            if (scope._variables.TryGetValue(name, out object? value))
                return value;
        return Undefined.Variable(name);
    }

    public void Set(string name, object? value) => _variables[name] = value;

    public Scope Inner() => new(state, this);

    private Scope? Parent => parent;
}

/// <summary>Something that has a value.</summary>
internal abstract class Expression(int line)
{
    /// <summary>1-based line in the template.</summary>
    public int Line => line;

    public object? Evaluate(Scope scope)
    {
        // Long chains of operators make deep trees; the check turns an exhausted stack into an error.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        scope.State.Step();
        scope.State.Line = line;
        return Value(scope);
    }

    protected abstract object? Value(Scope scope);
}

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Normal,
    Break,
    Continue,
}

/// <summary>Something that prints or binds.</summary>
internal abstract class Statement(int line)
{
    public int Line => line;

    public Flow Execute(Scope scope, MarkedTextBuilder output)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        scope.State.Step();
        scope.State.Line = line;
        return Run(scope, output);
    }

    protected abstract Flow Run(Scope scope, MarkedTextBuilder output);
}

/// <summary>Statements in order.</summary>
internal sealed class Block(IReadOnlyList<Statement> statements)
{
    public Flow Execute(Scope scope, MarkedTextBuilder output)
    {
        foreach (Statement statement in statements)
            if (statement.Execute(scope, output) is var flow && flow != Flow.Normal)
                return flow;
        return Flow.Normal;
    }

    /// <summary>What the block prints, as a macro's body, which no break or continue leaves.</summary>
    public MarkedText Capture(Scope scope)
    {
        var output = new MarkedTextBuilder();
        Execute(scope, output);
        return output.Build();
    }
}
