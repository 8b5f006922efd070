import { Component, type ReactNode } from "react";

interface Props {
  /** Shown instead of the children if one of them throws. */
  sentence: string;
  children: ReactNode;
}

/** Shows a sentence instead of its children if they throw. React logs the error. */
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
