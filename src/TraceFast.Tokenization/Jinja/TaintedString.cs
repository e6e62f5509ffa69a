using System.Text;

namespace TraceFast.Tokenization.Jinja;

/// <summary>
/// A string that knows which of its characters came from the rendered conversation and which from the template. Every string
/// operation carries the marks along, so that after rendering exactly the template's own text may hold control tokens, however
/// the template cut, trimmed, joined or escaped the contents.
/// Indices here are UTF-16 units; <see cref="PyText"/> has Python's view by code point.
/// </summary>
internal sealed class TaintedString : IEquatable<TaintedString>
{
    private static readonly int[] s_noFlips = [];
    private static readonly int[] s_flipAtStart = [0];

    // Ascending positions at which the mark flips; it is off before the first. [] = all template, [0] = all input.
    private readonly int[] _flips;
    private int _codePoints = -1;

    internal TaintedString(string value, int[] flips, bool isSafe = false)
    {
        Value = value;
        _flips = value.Length == 0 ? s_noFlips : flips;
        IsSafe = isSafe;
    }

    public static TaintedString Empty { get; } = new("", s_noFlips);

    public static TaintedString FromTemplate(string value) => value.Length == 0 ? Empty : new(value, s_noFlips);

    public static TaintedString FromInput(string value) => value.Length == 0 ? Empty : new(value, s_flipAtStart);

    public string Value { get; }

    public int Length => Value.Length;

    /// <summary>markupsafe's Markup, as the filter safe makes it: what is added to it is escaped.</summary>
    public bool IsSafe { get; }

    /// <summary>The same text as Markup or, where <paramref name="isSafe"/> is false, as a plain string.</summary>
    public TaintedString AsSafe(bool isSafe = true) => isSafe == IsSafe ? this : new(Value, _flips, isSafe);

    /// <summary>Number of Unicode code points (Python's len).</summary>
    public int CodePoints
    {
        get
        {
            if (_codePoints < 0)
            {
                int pairs = 0;
                for (int i = 0; i + 1 < Value.Length; i++)
                    if (char.IsHighSurrogate(Value[i]) && char.IsLowSurrogate(Value[i + 1]))
                    {
                        pairs++;
                        i++;
                    }
                _codePoints = Value.Length - pairs;
            }
            return _codePoints;
        }
    }

    public bool IsInput(int index)
    {
        int at = Array.BinarySearch(_flips, index);
        int flipsUpTo = at >= 0 ? at + 1 : ~at;
        return (flipsUpTo & 1) == 1;
    }

    public TaintedString Slice(int start, int length)
    {
        if (length == 0)
            return Empty.AsSafe(IsSafe);
        if (start == 0 && length == Value.Length)
            return this;
        string value = Value.Substring(start, length);
        if (_flips.Length == 0)
            return new TaintedString(value, s_noFlips, IsSafe);
        List<int> flips = new();
        if (IsInput(start))
            flips.Add(0);
        foreach (int flip in _flips)
            if (flip > start && flip < start + length)
                flips.Add(flip - start);
        return new TaintedString(value, flips.Count == 1 && flips[0] == 0 ? s_flipAtStart : [.. flips], IsSafe);
    }

    /// <summary>The parts in one string, copied once.</summary>
    public static TaintedString Concat(ReadOnlySpan<TaintedString> parts)
    {
        string[] texts = new string[parts.Length];
        List<int> flips = [];
        int at = 0;
        bool state = false;
        for (int i = 0; i < parts.Length; i++)
        {
            texts[i] = parts[i].Value;
            if (parts[i].Length > 0)
                parts[i].AppendFlips(0, parts[i].Length, at, flips, ref state);
            at += parts[i].Length;
        }
        return new TaintedString(string.Concat(texts), [.. flips]);
    }

    /// <summary>The text from <paramref name="start"/> in order, cut where its origin changes.</summary>
    public IEnumerable<(string Text, bool FromInput)> Pieces(int start = 0)
    {
        bool input = false;
        foreach (int flip in _flips)
        {
            if (flip > start)
            {
                yield return (Value[start..flip], input);
                start = flip;
            }
            input = !input;
        }
        if (start < Value.Length)
            yield return (Value[start..], input);
    }

    internal void AppendFlips(int start, int length, int at, List<int> target, ref bool state)
    {
        bool mark = IsInput(start);
        if (mark != state)
        {
            target.Add(at);
            state = mark;
        }
        int from = Array.BinarySearch(_flips, start);
        for (int i = from >= 0 ? from + 1 : ~from; i < _flips.Length && _flips[i] < start + length; i++)
        {
            target.Add(_flips[i] - start + at);
            state = !state;
        }
    }

    public bool Equals(TaintedString? other) => other is not null && Value == other.Value;

    public override bool Equals(object? obj) => Equals(obj as TaintedString);

    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Value;
}

/// <summary>Builds a <see cref="TaintedString"/> from pieces.</summary>
internal sealed class TaintedStringBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _flips = [];
    private bool _state;

    public int Length => _text.Length;

    public TaintedStringBuilder Append(TaintedString text) => Append(text, 0, text.Length);

    public TaintedStringBuilder Append(TaintedString text, int start, int length)
    {
        if (length == 0)
            return this;
        text.AppendFlips(start, length, _text.Length, _flips, ref _state);
        _text.Append(text.Value, start, length);
        return this;
    }

    public TaintedStringBuilder Append(string text, bool fromInput = false)
    {
        if (text.Length == 0)
            return this;
        if (fromInput != _state)
        {
            _flips.Add(_text.Length);
            _state = fromInput;
        }
        _text.Append(text);
        return this;
    }

    public TaintedString Build() => new(_text.ToString(), [.. _flips]);
}
