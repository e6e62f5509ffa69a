using System.Collections.Frozen;

namespace TraceFast.Tokenization.Jinja;

// A template value is: null (None), bool, long, double, TaintedString, Undefined, JinjaNamespace, IJinjaCallable,
// or one of the containers below. All but the namespace are immutable, as in jinja2's ImmutableSandboxedEnvironment.

/// <summary>Anything that a for loop can walk.</summary>
internal interface IJinjaIterable
{
    IEnumerable<object?> Iterate();
}

/// <summary>An iterable with a length (list, tuple, dict, range, dict view).</summary>
internal interface IJinjaSized : IJinjaIterable
{
    int Count { get; }
}

/// <summary>An iterable with a length and an order (list, tuple, range).</summary>
internal interface IJinjaSequence : IJinjaSized
{
    object? this[int index] { get; }
}

internal sealed class JinjaList(IReadOnlyList<object?> items) : IJinjaSequence
{
    public int Count => items.Count;

    public object? this[int index] => items[index];

    public IEnumerable<object?> Iterate() => items;
}

internal sealed class JinjaTuple(IReadOnlyList<object?> items) : IJinjaSequence
{
    public int Count => items.Count;

    public object? this[int index] => items[index];

    public IEnumerable<object?> Iterate() => items;
}

/// <summary>Python's range: start, start+step, ... below (above) stop.</summary>
internal sealed class JinjaRange : IJinjaSequence
{
    private readonly long _start;
    private readonly long _stop;
    private readonly long _step;

    public JinjaRange(long start, long stop, long step)
    {
        if (step == 0)
            throw new JinjaRuntimeError("range() arg 3 must not be zero");
        Int128 span = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        Int128 magnitude = step > 0 ? step : -(Int128)step;
        Int128 count = span <= 0 ? 0 : (span + magnitude - 1) / magnitude;
        if (count > JinjaLimits.Range)
            throw new JinjaRuntimeError($"range too big: {count} entries, at most {JinjaLimits.Range} are allowed");
        (_start, _stop, _step, Count) = (start, stop, step, (int)count);
    }

    public int Count { get; }

    public object? this[int index] => _start + index * _step;

    public IEnumerable<object?> Iterate()
    {
        for (int i = 0; i < Count; i++)
            yield return this[i];
    }

    public string Representation => _step == 1 ? $"range({_start}, {_stop})" : $"range({_start}, {_stop}, {_step})";
}

/// <summary>A dict in insertion order. Keys compare as Python's: 1, 1.0 and true are one key.</summary>
internal sealed class JinjaDict : IJinjaSized
{
    private readonly List<KeyValuePair<object?, object?>> _entries = [];
    private readonly Dictionary<Key, int> _index = [];

    public int Count => _entries.Count;

    public IReadOnlyList<KeyValuePair<object?, object?>> Entries => _entries;

    /// <summary>Used only while the dict is built; templates cannot change it.</summary>
    public void Set(object? key, object? value)
    {
        Key wrapped = new(key);
        if (_index.TryGetValue(wrapped, out int at))
        {
            _entries[at] = new(_entries[at].Key, value);
            return;
        }
        _index[wrapped] = _entries.Count;
        _entries.Add(new(key, value));
    }

    public bool TryGet(object? key, out object? value)
    {
        if (_index.TryGetValue(new Key(key), out int at))
        {
            value = _entries[at].Value;
            return true;
        }
        value = null;
        return false;
    }

    public IEnumerable<object?> Iterate() => _entries.Select(e => e.Key);

    private readonly struct Key : IEquatable<Key>
    {
        private readonly object? _value;
        private readonly int _hash;

        public Key(object? value)
        {
            _value = value;
            _hash = PyCompare.KeyHash(value);
        }

        public bool Equals(Key other) => PyCompare.AreEqual(null, _value, other._value);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode() => _hash;
    }
}

/// <summary>dict.keys(), dict.values(), dict.items(): sized and iterable, not indexable.</summary>
internal sealed class JinjaDictView(string kind, IReadOnlyList<object?> items) : IJinjaSized
{
    /// <summary>dict_keys, dict_values or dict_items</summary>
    public string Kind => kind;

    public int Count => items.Count;

    public IEnumerable<object?> Iterate() => items;
}

/// <summary>What map, select, unique and other lazy filters return: iterable once, always true, without a length.</summary>
internal sealed class JinjaIterator(IEnumerable<object?> items) : IJinjaIterable, IDisposable
{
    private readonly IEnumerator<object?> _items = items.GetEnumerator();

    public IEnumerable<object?> Iterate()
    {
        while (_items.MoveNext())
            yield return _items.Current;
    }

    public void Dispose() => ((IDisposable)_items).Dispose();
}

/// <summary>namespace(...): the one value whose attributes a template may set.</summary>
internal sealed class JinjaNamespace
{
    private readonly Dictionary<string, object?> _attributes = new(StringComparer.Ordinal);

    public object? Get(string name) => _attributes.TryGetValue(name, out object? value)
        ? value
        : new Undefined($"'jinja2.utils.Namespace object' has no attribute '{name}'");

    public void Set(string name, object? value) => _attributes[name] = value;
}

/// <summary>A missing variable, attribute or element: prints nothing, is false and empty; everything else on it is an error.</summary>
internal sealed class Undefined(string message) : IJinjaSized
{
    /// <summary>What is missing, as jinja2 words it.</summary>
    public string Message => message;

    public int Count => 0;

    public IEnumerable<object?> Iterate() => [];

    public static Undefined Variable(string name) => new($"'{name}' is undefined");
}

/// <summary>A function, macro or bound method.</summary>
internal interface IJinjaCallable
{
    string Name { get; }

    object? Call(RenderState state, Arguments arguments);
}

internal sealed class JinjaFunction(string name, Func<RenderState, Arguments, object?> body) : IJinjaCallable
{
    public string Name => name;

    /// <summary>A method that Python has and templates cannot call: looking it up works, as in jinja2, calling it is an error.</summary>
    public static JinjaFunction Refused(string name, string reason) => new(name, (_, _) => throw new JinjaRuntimeError(reason));

    public object? Call(RenderState state, Arguments arguments) => body(state, arguments);
}

/// <summary>What templates call by name: filters, tests, methods of str. Another name is an error that lists those there are.</summary>
internal sealed class NameTable<T>(string kind, Dictionary<string, T> entries)
    where T : Delegate
{
    private readonly FrozenDictionary<string, T> _entries = entries.ToFrozenDictionary(StringComparer.Ordinal);

    public bool Has(string name) => _entries.ContainsKey(name);

    public T Find(string name) => _entries.TryGetValue(name, out T? entry) ? entry : throw new JinjaRuntimeError(Unsupported(name));

    public string Unsupported(string name) => $"the {kind} '{name}' is not supported in chat templates; supported are "
        + string.Join(", ", _entries.Keys.Order(StringComparer.Ordinal));
}

/// <summary>The positional and keyword arguments of one call.</summary>
internal sealed class Arguments(IReadOnlyList<object?> positional, IReadOnlyList<KeyValuePair<string, object?>> keyword)
{
    public IReadOnlyList<object?> Positional => positional;

    public IReadOnlyList<KeyValuePair<string, object?>> Keyword => keyword;

    /// <summary>Stands as a default for a parameter that must be given.</summary>
    public static object Required { get; } = new();

    /// <summary>Stands as a default for a parameter whose absence matters.</summary>
    public static object Absent { get; } = new();

    public Arguments Skip(int count) => new([.. positional.Skip(count)], keyword);

    /// <summary>The values in the order of the parameters, defaults filled in; too many, too few or unknown ones are an error.</summary>
    public object?[] Bind(string function, params ReadOnlySpan<(string Name, object? Default)> parameters)
    {
        if (positional.Count > parameters.Length)
            throw new JinjaRuntimeError($"{function}() takes at most {parameters.Length} arguments, {positional.Count} were given");
        object?[] values = new object?[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
            values[i] = i < positional.Count ? positional[i] : parameters[i].Default;
        foreach ((string name, object? value) in keyword)
        {
            int at = -1;
            for (int i = 0; i < parameters.Length; i++)
                if (parameters[i].Name == name)
                    at = i;
            if (at < 0)
                throw new JinjaRuntimeError($"{function}() got an unexpected keyword argument '{name}'");
            if (at < positional.Count)
                throw new JinjaRuntimeError($"{function}() got multiple values for argument '{name}'");
            values[at] = value;
        }
        for (int i = 0; i < values.Length; i++)
            if (ReferenceEquals(values[i], Required))
                throw new JinjaRuntimeError($"{function}() missing required argument '{parameters[i].Name}'");
        return values;
    }
}

/// <summary>Python's names of types, and iteration over any value.</summary>
internal static class PyType
{
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        TaintedString => "str",
        JinjaList => "list",
        JinjaTuple => "tuple",
        JinjaDict => "dict",
        JinjaRange => "range",
        JinjaDictView view => view.Kind,
        JinjaIterator => "generator",
        JinjaNamespace => "Namespace",
        Undefined => "Undefined",
        LoopVariable => "LoopContext",
        Macro => "Macro",
        IJinjaCallable => "function",
        _ => value.GetType().Name,
    };

    /// <summary>The entries of a value as a for loop sees them: dict keys, characters of a string.</summary>
    public static IEnumerable<object?> Iterate(RenderState state, object? value) => value switch
    {
        TaintedString text => PyText.Characters(state, text),
        IJinjaIterable items => items.Iterate(),
        _ => throw new JinjaRuntimeError($"'{Name(value)}' object is not iterable"),
    };

    /// <summary>The entries as a new list, charged to the bounds.</summary>
    public static List<object?> ToList(RenderState state, object? value)
    {
        List<object?> list = new();
        foreach (object? item in Iterate(state, value))
        {
            state.ChargeItems(1);
            list.Add(item);
        }
        return list;
    }

    public static long Length(object? value) => value switch
    {
        TaintedString text => text.CodePoints,
        IJinjaSized sized => sized.Count,
        _ => throw new JinjaRuntimeError($"object of type '{Name(value)}' has no len()"),
    };

    public static long Integer(object? value, string what) => value switch
    {
        long i => i,
        bool b => b ? 1 : 0,
        Undefined u => throw new JinjaRuntimeError(u.Message),
        _ => throw new JinjaRuntimeError($"{what} must be an integer, not '{Name(value)}'"),
    };

    public static TaintedString Text(object? value, string what) => value switch
    {
        TaintedString text => text,
        Undefined u => throw new JinjaRuntimeError(u.Message),
        _ => throw new JinjaRuntimeError($"{what} must be a string, not '{Name(value)}'"),
    };
}
