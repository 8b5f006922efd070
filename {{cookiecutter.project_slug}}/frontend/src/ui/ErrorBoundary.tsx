import { Component, type ReactNode } from "react";

interface Props {
  /** What the user reads instead of the children, should one of them throw. */
  sentence: string;
  children: ReactNode;
}

/** Shows a sentence in place of children that can't be shown. React logs the cause. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <p role="alert">
        {this.props.sentence}{" "}
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </p>
    );
  }
}
